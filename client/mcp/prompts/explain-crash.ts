import { type Prompt, steps } from './prompt.ts'

export const explainCrash: Prompt = {
  name: 'explain_crash',
  title: 'Explain a crash',
  description: 'Find out why a command of a session ended badly, from its log, its artifacts and a debugger',
  takes: {
    session: { description: 'the session: its id, or @last', required: true, named: 'session' },
    command: { description: 'the command; default: the last one that failed', named: 'command' },
  },
  text: ({ session, command }) => `${
    command === undefined
      ? `A command of the session ${session} ended badly`
      : `The command ${command} of the session ${session} ended badly`
  }. Explain why.

${steps(
  command === undefined
    ? `Find it with session_commands (session "${session}"): the last one whose status is not "succeeded".`
    : `Look at it with command_info (command "${command}").`,
  'Its status, exit code and failure tell how it ended: an exit code of 128 + n is signal n, "timed_out" and the limits name what was exceeded, "lost" means that nobody saw it end.',
  'Read the end of its output with session_logs, and what comes before where that is not enough.',
  'Look with artifact_list whether a report or a core dump was kept of it, and read reports with artifact_read.',
  'If it can be repeated under a debugger, run it with run_to_failure and keep: one report has the failure, the stack and the values. What it leaves open tell debug_evaluate and debug_variables; end it with debug_terminate. Otherwise repeat it with command_rerun, to see whether it always happens.',
  'Answer with what happened, where (file and line), the values that led to it, and what would prevent it. Tell apart what you have seen and what you conclude. Change nothing.',
)}`,
}
