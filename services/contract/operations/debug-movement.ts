import { z } from 'zod'
import { breakpointPlace } from '../debug-breakpoints.ts'
import { debugSessionSchema } from '../debug-resources.ts'
import { flag } from '../fields.ts'
import { operation } from '../operation.ts'
import { acting, live, of, stopped, thread, untilStop, write } from './debug-fields.ts'

const singleThread = flag.describe('let this thread alone go on, where the debugger can')
const granularity = z
  .enum(['statement', 'line', 'instruction'])
  .default('statement')
  .describe('how far a step goes; by instruction where the debugger can')

const goOn = <Fields extends z.core.$ZodLooseShape>(verb: string, summary: string, fields: Fields) =>
  operation({
    ...write,
    method: 'POST',
    path: `/sessions/{session}/debug/${verb}`,
    summary,
    input: z.strictObject({ ...of, thread, single_thread: singleThread, ...fields, wait: untilStop }),
    output: debugSessionSchema,
    errors: [...stopped, ...acting],
  })

/** What lets a debuggee go on, or stops it. */
export const debugMovement = {
  'debug.continue': goOn('continue', 'Go on until the next breakpoint or the end', {}),
  'debug.next': goOn('next', 'Go on to the next line, stepping over calls', { granularity }),
  'debug.step_in': goOn('step-in', 'Go on into the next call', { granularity }),
  'debug.step_out': goOn('step-out', 'Go on until the present function returns', { granularity }),
  'debug.step_back': goOn('step-back', 'Go back to the line before, where the debugger can', { granularity }),
  'debug.until': goOn('until', 'Go on to a line, unless something else stops it before', {
    at: breakpointPlace.describe('FILE:LINE or FILE:"TEXT", relative to the top of the worktree'),
  }),
  'debug.pause': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/pause',
    summary: 'Stop a debuggee wherever it is; one that is stopped stays so',
    input: z.strictObject({ ...of, wait: untilStop }),
    output: debugSessionSchema,
    errors: [...live, ...acting],
  }),
}
