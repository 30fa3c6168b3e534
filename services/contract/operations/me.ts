import { z } from 'zod'
import { operation } from '../operation.ts'
import { newPassword, typedPassword } from '../password.ts'
import { displayName, userSchema } from '../user-resources.ts'

/** What users do for themselves. */
export const meOperations = {
  'me.get': operation({
    method: 'GET',
    path: '/me',
    summary: 'The user who asks',
    access: 'token',
    input: z.strictObject({}),
    output: userSchema,
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'me.update': operation({
    method: 'PATCH',
    path: '/me',
    summary: 'Change how others see your name',
    access: 'cli',
    input: z.strictObject({ display_name: displayName }),
    output: userSchema,
    answer: 'json',
    status: 200,
    errors: ['version_mismatch'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'me.password': operation({
    method: 'POST',
    path: '/me/password',
    summary: 'Change your password, which ends all your sign-ins',
    access: 'cli',
    input: z.strictObject({
      old_password: typedPassword.describe('the one that is to be no more'),
      password: newPassword.describe('12 characters at least'),
    }),
    output: userSchema,
    answer: 'json',
    status: 200,
    errors: ['password_wrong', 'too_many_attempts'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
