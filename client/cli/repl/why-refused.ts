import type { ProblemError } from '../../sdk/problem-error.ts'
import { meant } from './read-order.ts'

/** What to tell of a line that the server refuses. `hasShownEnd`: that the program has ended, and why, has been shown. */
export function whyRefused({ code, message }: ProblemError, line: string, hasShownEnd: boolean): string {
  switch (code) {
    case 'debuggee_running':
      return 'it runs: "pause" stops it where it is, "wait" waits until it stops'
    case 'debug_session_ended':
      return hasShownEnd ? 'it has ended: "restart" runs it again' : message
    case 'evaluation_failed': {
      const hint = meant(line)
      return hint === undefined ? message : `${message}; ${hint}`
    }
    default:
      return message
  }
}
