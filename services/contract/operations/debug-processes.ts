import { z } from 'zod'
import { sessionProcessSchema } from '../debug-process.ts'
import { operation } from '../operation.ts'
import { of, read } from './debug-fields.ts'

/** What `debug.launch` can attach to. */
export const debugProcesses = {
  'debug.processes': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/processes',
    summary: "The processes of a session's commands that run now, which a debugger can be attached to",
    input: z.strictObject({ session: of.session }),
    output: z.array(sessionProcessSchema),
    errors: ['session_not_found', 'ambiguous_id', 'runner_unavailable', 'too_many_calls'],
  }),
}
