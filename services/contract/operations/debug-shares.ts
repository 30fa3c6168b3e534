import { z } from 'zod'
import { debugShareRoles, debugShareSchema } from '../debug-share.ts'
import { tokenName, userName } from '../fields.ts'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'

const session = reference('ses', true).describe('the session: its id, a unique beginning of it, or @last')

/** Who else may watch or control the debuggers of a session. For its owner alone. */
export const debugShareOperations = {
  'debug.share': operation({
    method: 'POST',
    path: '/sessions/{session}/debug/shares',
    summary: 'Let a user, or whoever has a token made for it, watch or control the debuggers of a session',
    access: 'debug:write',
    input: z
      .strictObject({
        session,
        role: z.enum(debugShareRoles).describe('control: do all that can be done with them. watch: look'),
        user: userName.optional().describe('a user, who comes with a token or sign-in of their own'),
        name: tokenName
          .optional()
          .describe('instead of a user: the name of a token that opens these debuggers and nothing else'),
        expires_in: z
          .int()
          .min(1)
          .max(2_592_000)
          .default(86_400)
          .describe('seconds after which it ends, at most 30 days'),
      })
      .refine(({ user, name }) => (user === undefined) !== (name === undefined), {
        path: ['user'],
        message: 'give either a user, or a name for a token',
      }),
    output: debugShareSchema.extend({
      /** The token, shown once. Null where a user has got the role. */
      token: z.string().nullable(),
    }),
    answer: 'json',
    status: 200,
    errors: [
      'session_not_found',
      'ambiguous_id',
      'user_not_found',
      'user_disabled',
      'token_exists',
      'token_limit',
    ],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'debug.shares': operation({
    method: 'GET',
    path: '/sessions/{session}/debug/shares',
    summary: 'Who else may watch or control the debuggers of a session',
    access: 'debug:read',
    input: z.strictObject({ session }),
    output: z.array(debugShareSchema),
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'debug.unshare': operation({
    method: 'DELETE',
    path: '/sessions/{session}/debug/shares/{share}',
    summary: 'Take a role on the debuggers of a session back, at once',
    access: 'debug:write',
    input: z.strictObject({
      session,
      share: z.string().min(1).max(100).describe('its id, or the name of its user or token'),
    }),
    output: debugShareSchema,
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id', 'share_not_found'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
