import { z } from 'zod'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { signInSchema } from '../user-resources.ts'

export const signInOperations = {
  'sign_ins.list': operation({
    method: 'GET',
    path: '/sign-ins',
    summary: 'Where you are signed in, for an administrator everybody; the latest first',
    access: 'cli',
    input: z.strictObject({ ...pageFields }),
    output: pageOf(
      signInSchema.extend({
        /** Whether this very request came with it. */
        current: z.boolean(),
      }),
    ),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'sign_ins.end': operation({
    method: 'DELETE',
    path: '/sign-ins/{sign_in}',
    summary: 'End a sign-in at once, with all that it has opened',
    access: 'cli',
    input: z.strictObject({ sign_in: reference('sgn').describe('its id or a unique beginning of it') }),
    output: signInSchema,
    answer: 'json',
    status: 200,
    errors: ['sign_in_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
