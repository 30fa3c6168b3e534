import { z } from 'zod'
import { userName } from '../fields.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { userSchema } from '../user-resources.ts'
import { userRoles } from '../user-role.ts'

const named = z.strictObject({ user: userName.describe('their name, whatever its case') })

export const userOperations = {
  'users.create': operation({
    method: 'POST',
    path: '/users',
    summary: 'Make a user, for whom tokens can be made then',
    access: 'admin',
    input: z.strictObject({
      name: userName.describe('what they are called; nobody else may be, in whatever case'),
      role: z.enum(userRoles).default('user').describe('who may administer, a person, or a program'),
    }),
    output: userSchema,
    answer: 'json',
    status: 201,
    errors: ['user_exists'],
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
  'users.disable': operation({
    method: 'POST',
    path: '/users/{user}/disable',
    summary: 'Have all tokens of a user refused at once; their sessions stay as they are',
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
