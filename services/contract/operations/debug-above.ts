import { z } from 'zod'
import { failureReportSchema } from '../debug-report.ts'
import { checkDebuggee, debuggeeFields } from '../debuggee-fields.ts'
import { commandSurroundings, flag } from '../fields.ts'
import { operation } from '../operation.ts'
import { acting, asking, finding, of, write } from './debug-fields.ts'

const waitRange = 'expected 0 to 60 seconds'

/** What is above the Debug Adapter Protocol, the same for every debugger. */
export const debugAbove = {
  'debug.run_to_failure': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/run-to-failure',
    summary: 'Run a program or test to its first failure, and report that in one answer',
    input: z
      .strictObject({
        session: of.session,
        debug: of.debug.describe(
          'a debug session that this has kept, to go on to its next failure; in place of a program',
        ),
        ...debuggeeFields,
        ...commandSurroundings,
        wait: z
          .number()
          .min(0, waitRange)
          .max(60, waitRange)
          .default(60)
          .describe('seconds after which it is stopped wherever it is'),
        keep: flag.describe('let it stand where it failed, to be looked into; otherwise it is ended'),
      })
      .superRefine((given, context) => {
        if (given.debug === undefined) return checkDebuggee(given, context)
        const both = (['python', 'module', 'binary', 'node', 'go'] as const).find(
          name => given[name] !== undefined,
        )
        if (both !== undefined)
          context.addIssue({ code: 'custom', path: [both], message: 'give a program or debug, not both' })
      }),
    output: failureReportSchema,
    // As that of debug.launch.
    largestBody: 8 * 1024 * 1024,
    errors: [
      ...finding,
      ...asking,
      ...acting,
      'session_ended',
      'debug_limit',
      'debug_session_ended',
      'debugger_timeout',
      'debugger_refused',
    ],
  }),
}
