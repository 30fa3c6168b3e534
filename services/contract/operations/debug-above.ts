import { z } from 'zod'
import { stopDiffSchema } from '../debug-diff.ts'
import {
  mostProbes,
  probeSchema,
  recordedSchema,
  sourceFunction,
  watchedExpression,
  watchedPlace,
} from '../debug-probes.ts'
import { failureReportSchema } from '../debug-report.ts'
import { checkDebuggee, debuggeeFields } from '../debuggee-fields.ts'
import { commandSurroundings, flag, waitSeconds } from '../fields.ts'
import { operation } from '../operation.ts'
import { acting, asking, atMost, finding, live, of, read, write } from './debug-fields.ts'

const waitRange = 'expected 0 to 60 seconds'

const remove = z
  .array(z.int().min(1))
  .max(mostProbes)
  .default([])
  .describe('what is traced or watched, by its number, to be traced or watched no more')

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
  'debug.trace': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/trace',
    summary: 'Record the calls of functions while a debuggee runs on',
    input: z.strictObject({
      ...of,
      functions: z
        .array(sourceFunction)
        .max(mostProbes)
        .default([])
        .describe('each as FILE:FUNCTION, the file relative to the top of the worktree'),
      remove,
    }),
    output: z.array(probeSchema),
    errors: [...live, ...acting],
  }),
  'debug.watch': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/watch',
    summary: 'Record the value of an expression each time a line is reached, while a debuggee runs on',
    input: z
      .strictObject({
        ...of,
        at: watchedPlace.optional().describe('the line, as FILE:LINE or FILE:"TEXT": before it is run'),
        expression: watchedExpression.optional().describe("an expression of the debuggee's language"),
        changes: flag.describe('pass over a value like the one before'),
        remove,
      })
      .refine(({ at, expression }) => (at === undefined) === (expression === undefined), {
        path: ['expression'],
        message: 'give a line and an expression, or neither',
      }),
    output: z.array(probeSchema),
    errors: [...live, ...acting],
  }),
  'debug.recorded': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/recorded',
    summary: 'What has been recorded of traced functions and watched expressions',
    input: z.strictObject({
      ...of,
      from: z.int().min(0).default(0).describe('the record that was read last: next of an earlier answer'),
      limit: atMost(1_000, 100),
      wait: waitSeconds.describe('seconds to wait until there is something, or the debuggee stands still'),
    }),
    output: recordedSchema,
    errors: live,
  }),
  'debug.diff': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/diff',
    summary: 'What changed between two stops: variables of the innermost frames, and the stack',
    input: z.strictObject({
      ...of,
      from: z
        .int()
        .min(1)
        .optional()
        .describe('the number of the first stop; default: the one kept before the second'),
      to: z.int().min(1).optional().describe('the number of the second stop; default: the last that is kept'),
    }),
    output: stopDiffSchema,
    errors: live,
  }),
}
