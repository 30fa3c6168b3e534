import type { CommandFailure, CommandStatus } from '../../contract/command-state.ts'
import { limitFailure } from '../limits/limit-failure.ts'

/** Why we ended a command. The first reason stands. */
export type EndCause =
  | { reason: 'cancelled_by_client' }
  | { reason: 'session_stopped' }
  | { reason: 'timed_out'; seconds: number }
  /** A client of its debugger wanted it. */
  | { reason: 'ended_by_debugger' }
  /** A client had its debugger let go of what that was attached to. */
  | { reason: 'detached' }
  /** What its debugger was attached to has ended, and how is nobody's to know here. */
  | { reason: 'process_gone' }
  /** Its debugger cannot make anything of it that runs; `message` tells why. */
  | { reason: 'spawn_failed'; message: string }
  /** Its debugger went away, and what stopped in it must not run on unseen; `message` tells what happened. */
  | { reason: 'debugger_failed'; message: string }
  | { reason: 'debugger_lost' }
  /** Nobody has used the app for so long; and, it did not answer within that time of its start. */
  | { reason: 'app_idle'; seconds: number }
  | { reason: 'app_not_ready'; seconds: number }
  | LimitCause

/** It uses more than it may; `most`: bytes, or processes, or with `threads` those as well. */
export type LimitCause = {
  reason: 'memory_limit' | 'process_limit' | 'output_limit'
  most: number
  threads?: boolean
}

/** What was seen of its end: the code its wrapper wrote, or that the wrapper went away without writing one. */
export type SeenEnd = { kind: 'exited'; code: number } | { kind: 'gone' }

export type CommandOutcome = {
  status: CommandStatus
  exit_code: number | null
  failure: CommandFailure | null
}

/** With these the exit code is that of the debugger, which was there in place of the program. */
const isOfAnother: ReadonlySet<EndCause['reason']> = new Set(['detached', 'process_gone', 'spawn_failed'])

/** How a command ended, from what was seen and from what we did to it. */
export function commandOutcome(seen: SeenEnd, cause: EndCause | undefined): CommandOutcome {
  const isItsOwn = cause === undefined || !isOfAnother.has(cause.reason)
  const exit_code = seen.kind === 'exited' && isItsOwn ? seen.code : null
  if (cause !== undefined)
    return {
      status: statusOf(cause),
      exit_code,
      failure: {
        reason: cause.reason === 'process_gone' ? 'exit_status_unknown' : cause.reason,
        message: messageOf(cause),
      },
    }
  if (exit_code === null)
    return {
      status: 'lost',
      exit_code,
      failure: { reason: 'exit_status_unknown', message: 'its process is gone and left no exit status' },
    }
  return { status: exit_code === 0 ? 'succeeded' : 'failed', exit_code, failure: null }
}

function statusOf(cause: EndCause): CommandStatus {
  switch (cause.reason) {
    case 'timed_out':
      return 'timed_out'
    case 'cancelled_by_client':
    case 'session_stopped':
    case 'ended_by_debugger':
    case 'detached':
    case 'app_idle':
      return 'cancelled'
    case 'process_gone':
      return 'lost'
    case 'spawn_failed':
    case 'debugger_failed':
    case 'debugger_lost':
    case 'app_not_ready':
    case 'memory_limit':
    case 'process_limit':
    case 'output_limit':
      return 'failed'
  }
}

function messageOf(cause: EndCause): string {
  switch (cause.reason) {
    case 'cancelled_by_client':
      return 'it was cancelled'
    case 'session_stopped':
      return 'the session was stopped'
    case 'timed_out':
      return `it took longer than ${cause.seconds} s`
    case 'ended_by_debugger':
      return 'it was ended through its debugger'
    case 'detached':
      return 'the debugger has let go of the process, which runs on'
    case 'process_gone':
      return 'the process has ended; its exit code is told by whoever started it'
    case 'spawn_failed':
    case 'debugger_failed':
      return cause.message
    case 'debugger_lost':
      return 'the runner that held its debugger went away'
    case 'app_idle':
      return `nobody has used it for ${cause.seconds} s`
    case 'app_not_ready':
      return `it did not answer within ${cause.seconds} s`
    case 'memory_limit':
    case 'process_limit':
    case 'output_limit':
      return limitFailure(cause.reason, cause.most, cause.threads).message
  }
}

/** Whether it is asked to end and has its grace: what uses more than it may would use it for that. */
export function mayTakeItsTime({ reason }: EndCause): boolean {
  return reason !== 'memory_limit' && reason !== 'process_limit' && reason !== 'output_limit'
}
