import { z } from 'zod'
import { userName } from '../fields.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { newPassword, resemblance, resemblesName } from '../password.ts'
import { displayName, userSchema } from '../user-resources.ts'
import { userRoles } from '../user-role.ts'

const named = z.strictObject({ user: userName.describe('their name, whatever its case') })

export const userOperations = {
  'users.create': operation({
    method: 'POST',
    path: '/users',
    summary: 'Make a user, who can sign in then, or for whom tokens can be made',
    access: 'admin',
    input: z
      .strictObject({
        name: userName.describe('what they are called; nobody else may be, in whatever case'),
        role: z.enum(userRoles).default('user').describe('who may administer, a person, or a program'),
        password: newPassword
          .optional()
          .describe('with which they can sign in, 12 characters at least; default: with tokens only'),
      })
      .refine(({ role, password }) => role !== 'service' || password === undefined, {
        path: ['password'],
        message: 'a program has no password: make a token for it',
      })
      .refine(({ name, password }) => password === undefined || !resemblesName(password, name), {
        path: ['password'],
        message: resemblance,
      }),
    output: userSchema,
    answer: 'json',
    status: 201,
    errors: ['user_exists', 'too_many_attempts'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'users.list': operation({
    method: 'GET',
    path: '/users',
    summary: 'All users',
    access: 'admin',
    input: z.strictObject({ ...pageFields }),
    output: pageOf(userSchema),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'users.get': operation({
    method: 'GET',
    path: '/users/{user}',
    summary: 'One user',
    access: 'admin',
    input: named,
    output: userSchema,
    answer: 'json',
    status: 200,
    errors: ['user_not_found'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'users.update': operation({
    method: 'PATCH',
    path: '/users/{user}',
    summary: 'Change the role of a user, or how others see the name',
    access: 'admin',
    input: named
      .extend({
        role: z.enum(userRoles).optional().describe('what they are from now on; default: as it was'),
        display_name: displayName.optional(),
      })
      .refine(({ role, display_name }) => role !== undefined || display_name !== undefined, {
        path: ['role'],
        message: 'there is nothing to change: give role or display_name',
      }),
    output: userSchema,
    answer: 'json',
    status: 200,
    errors: ['user_not_found', 'last_admin', 'version_mismatch'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'users.password': operation({
    method: 'POST',
    path: '/users/{user}/password',
    summary: 'Give a user another password, which ends all their sign-ins',
    access: 'admin',
    input: named.extend({ password: newPassword.describe('12 characters at least') }),
    output: userSchema,
    answer: 'json',
    status: 200,
    errors: ['user_not_found', 'no_password', 'too_many_attempts'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'users.disable': operation({
    method: 'POST',
    path: '/users/{user}/disable',
    summary: 'Have all tokens and sign-ins of a user refused at once; their sessions stay as they are',
    access: 'admin',
    input: named,
    output: userSchema,
    answer: 'json',
    status: 200,
    errors: ['user_not_found', 'last_admin'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'users.enable': operation({
    method: 'POST',
    path: '/users/{user}/enable',
    summary: 'Take a disabled user in again',
    access: 'admin',
    input: named,
    output: userSchema,
    answer: 'json',
    status: 200,
    errors: ['user_not_found'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
