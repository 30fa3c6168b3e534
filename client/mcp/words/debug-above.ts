import { list } from '../readers/list.ts'
import { recorded } from '../readers/recorded.ts'
import { whole } from '../readers/whole.ts'
import type { Words } from './words.ts'

export const runToFailure: Words<'debug.run_to_failure'> = {
  tool: 'run_to_failure',
  title: 'Run to the first failure',
  description:
    'One call that finds out why a program or test fails: runs it under the debugger (python, module such as unittest or pytest, binary, node or go, with arguments) to its first uncaught exception, failed test, signal or nonzero exit, and returns one report: outcome (exception, assertion, signal, exit, passed, timeout, ended), the exception, the stack with source lines and the variables that matter, the last output, child processes, and what was left out. One that neither fails nor ends within wait is stopped, and the report tells where it hangs. With keep it stands there: look on with debug_evaluate and debug_variables (frame), go on to the next failure by calling this again with debug, and end with debug_terminate. Otherwise it is ended. Start with this rather than with debug_launch where you do not know yet where to look.',
  reader: whole('debug.run_to_failure'),
}

export const traceCalls: Words<'debug.trace'> = {
  tool: 'trace_calls',
  title: 'Trace calls',
  description:
    'Record every call of chosen functions (each FILE:FUNCTION) while the program runs on: arguments, how it ended (returned, raised, open: not before the program did), result, duration and depth. From its start on: give trace to debug_launch. Later: call this, at a stop or while it runs. Read with debug_recorded. Much better than stepping where you want to know how often, in which order and with what something is called. Returns what is traced and watched, with numbers; remove takes some away.',
  idempotent: true,
  reader: list('debug.trace'),
}

export const watchValues: Words<'debug.watch'> = {
  tool: 'watch_values',
  title: 'Watch a value',
  description:
    'Record the value of an expression each time a line is reached, before it runs, while the program runs on; with changes only where it differs from the one before. Give at (FILE:LINE or FILE:"TEXT") and expression; read the history with debug_recorded. Use it where a value goes wrong somewhere in a loop. Returns what is traced and watched: one that is not verified tells nothing, and its message says why.',
  idempotent: true,
  reader: list('debug.watch'),
}

export const debugRecorded: Words<'debug.recorded'> = {
  tool: 'debug_recorded',
  title: 'Read recorded calls and values',
  description:
    'What trace_calls and watch_values have recorded, in order, after the record from; the last 2,000 are kept, also after the program has ended. With wait it answers as soon as there is something new, or the program stands still. Go on with from: next of this result.',
  reader: recorded,
}

export const diffStops: Words<'debug.diff'> = {
  tool: 'diff_stops',
  title: 'Compare two stops',
  description:
    'What changed between two stops: variables that came, changed or are gone in the innermost 3 frames, with their parts, and frames that were entered or left. Call it once at a stop: from then on each of the last 20 stops is kept (kept: their numbers). Go on or step, call it again: it compares the last two, or from and to. Much shorter than reading all variables after each step.',
  reader: whole('debug.diff'),
}
