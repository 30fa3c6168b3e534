import { z } from 'zod'
import { programFields } from '../debuggee-fields.ts'
import { operation } from '../operation.ts'
import { surveySchema } from '../runner-messages.ts'

/** Of debuggers as such; `debug.ts` has what is asked of a session's. */
export const debugEngineOperations = {
  'debug.engines': operation({
    method: 'GET',
    path: '/debug/engines',
    summary: 'The debuggers of the host: which there are, in which versions, and what is missing',
    access: 'token',
    input: z.strictObject({}),
    output: z.array(
      surveySchema.shape.debuggers.element.extend({
        /** The fields of `debug.launch` that name such a program. */
        debugs: z.array(z.enum(programFields)),
      }),
    ),
    answer: 'json',
    status: 200,
    errors: ['runner_unavailable'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
}
