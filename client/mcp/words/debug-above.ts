import { whole } from '../readers/whole.ts'
import type { Words } from './words.ts'

export const runToFailure: Words<'debug.run_to_failure'> = {
  tool: 'run_to_failure',
  title: 'Run to the first failure',
  description:
    'One call that finds out why a program or test fails: runs it under the debugger (python, module such as unittest or pytest, binary, node or go, with arguments) to its first uncaught exception, failed test, signal or nonzero exit, and returns one report: outcome (exception, assertion, signal, exit, passed, timeout, ended), the exception, the stack with source lines and the variables that matter, the last output, child processes, and what was left out. One that neither fails nor ends within wait is stopped, and the report tells where it hangs. With keep it stands there: look on with debug_evaluate and debug_variables (frame), go on to the next failure by calling this again with debug, and end with debug_terminate. Otherwise it is ended. Start with this rather than with debug_launch where you do not know yet where to look.',
  reader: whole('debug.run_to_failure'),
}
