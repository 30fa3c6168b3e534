import { type Prompt, steps } from './prompt.ts'

export const fixFailingTest: Prompt = {
  name: 'fix_failing_test',
  title: 'Fix a failing test',
  description:
    'Run a test that fails, stop where it goes wrong, and prove a fix by a patch in a fresh session',
  takes: {
    repository: { description: 'the name of the repository', required: true, named: 'repository' },
    test: {
      description: 'the command that runs the test, such as "python3 -m unittest test_app"',
      required: true,
    },
    commit: { description: 'a commit, branch or tag; default: the default branch' },
  },
  text: ({ repository, test, commit }) => `A test of the repository "${repository}" fails${
    commit === undefined ? '' : ` at ${commit}`
  }. Find out why and fix it. The test is run by:

${test}

${steps(
  `Open a session with session_create (repository "${repository}"${commit === undefined ? '' : `, commit "${commit}"`}) and run the test in it with command_run. If it passes, run it a few times more; say so and stop where it keeps passing.`,
  'Read the end of its output with session_logs: which test, which assertion or error, which line.',
  'Run the same test with run_to_failure and keep: the report has the failing line, the stack and the values. Compare these with what should be there; debug_evaluate with frame tells where the wrong value comes from, trace_calls, watch_values and diff_stops how it came about. End it with debug_terminate.',
  'Say in one sentence what the cause is before you change anything. Fix the cause, not the test, unless the test is wrong.',
  'Write the fix as a unified diff. Open a second session with that diff as patch, and run the failing test and then all tests there. Go on until they pass.',
  'Stop both sessions with session_stop. Answer with the cause, the diff, and the results that you have seen.',
)}`,
}
