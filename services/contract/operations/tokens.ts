import { z } from 'zod'
import { tokenName, userName } from '../fields.ts'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { tokenSchema } from '../resources.ts'
import { scopeSchema } from '../scopes.ts'

export const tokenOperations = {
  'tokens.create': operation({
    method: 'POST',
    path: '/tokens',
    summary: 'Make a token for yourself, as an administrator for anybody; its secret is told this once',
    access: 'cli',
    input: z.strictObject({
      name: tokenName.describe('what it is for'),
      user: userName
        .optional()
        .describe(
          'whose it is, by name; default: yours; for an administrator that of the user of the same name, made where there is none',
        ),
      scopes: z
        .array(scopeSchema)
        .max(20)
        .describe('what it may do, and no more than what makes it; an empty list grants nothing'),
      mcp_servers: z
        .array(z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/))
        .max(100)
        .optional()
        .describe(
          'which servers behind the MCP gateway it opens, by name, with the scope mcp; default: those that what makes it opens, or any',
        ),
      expires_in: z
        .number()
        .int()
        .min(1)
        .max(100 * 365 * 86_400)
        .optional()
        .describe('seconds until it expires; default: when the token expires that makes it, or never'),
    }),
    output: tokenSchema.extend({ token: z.string() }),
    answer: 'json',
    status: 201,
    errors: [
      'token_exists',
      'token_limit',
      'secret_told_once',
      'user_not_found',
      'user_disabled',
      'scope_beyond_role',
    ],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'tokens.list': operation({
    method: 'GET',
    path: '/tokens',
    summary: 'Your tokens, for an administrator all, without their secrets',
    access: 'cli',
    input: z.strictObject({ ...pageFields }),
    output: pageOf(tokenSchema),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'tokens.revoke': operation({
    method: 'DELETE',
    path: '/tokens/{token}',
    summary: 'Make a token worthless at once, with all that were made with it',
    access: 'cli',
    input: z.strictObject({ token: reference('tok').describe('its id or a unique beginning of it') }),
    output: tokenSchema,
    answer: 'json',
    status: 200,
    errors: ['token_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
