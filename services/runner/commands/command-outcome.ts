import type { CommandFailure, CommandStatus } from '../../contract/command-state.ts'

/** Why we ended a command. The first reason stands. */
export type EndCause =
  | { reason: 'cancelled_by_client' }
  | { reason: 'session_stopped' }
  | { reason: 'timed_out'; seconds: number }

/** What was seen of its end: the code its wrapper wrote, or that the wrapper went away without writing one. */
export type SeenEnd = { kind: 'exited'; code: number } | { kind: 'gone' }

export type CommandOutcome = {
  status: CommandStatus
  exit_code: number | null
  failure: CommandFailure | null
}

/** How a command ended, from what was seen and from what we did to it. */
export function commandOutcome(seen: SeenEnd, cause: EndCause | undefined): CommandOutcome {
  const exit_code = seen.kind === 'exited' ? seen.code : null
  if (cause !== undefined)
    return {
      status: cause.reason === 'timed_out' ? 'timed_out' : 'cancelled',
      exit_code,
      failure: { reason: cause.reason, message: messageOf(cause) },
    }
  if (exit_code === null)
    return {
      status: 'lost',
      exit_code,
      failure: { reason: 'exit_status_unknown', message: 'its process is gone and left no exit status' },
    }
  return { status: exit_code === 0 ? 'succeeded' : 'failed', exit_code, failure: null }
}

function messageOf(cause: EndCause): string {
  switch (cause.reason) {
    case 'cancelled_by_client':
      return 'it was cancelled'
    case 'session_stopped':
      return 'the session was stopped'
    case 'timed_out':
      return `it took longer than ${cause.seconds} s`
  }
}
