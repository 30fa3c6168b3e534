import type { LogMessage } from '../../services/contract/log-message.ts'
import { exitCodes } from './exit-codes.ts'

export type CommandState = Pick<
  Extract<LogMessage, { type: 'command' }>,
  'command' | 'sequence' | 'status' | 'exit_code' | 'failure'
>

export type Outcome = {
  readonly exitCode: number
  /** Why it did not end by an exit code of its own; undefined where it did. */
  readonly reason: string | undefined
}

/** What a shell answers for a program that cannot be started. */
const shellCodes: Record<string, number> = { executable_not_found: 127, not_executable: 126 }

/** How `--follow` ends for a command in this state: by its own exit code, or with the reason why it has none. */
export function outcomeOf({ command, status, exit_code, failure }: CommandState): Outcome {
  const because = failure === null ? '' : `: ${failure.message}`
  switch (status) {
    case 'succeeded':
      return { exitCode: exitCodes.success, reason: undefined }
    case 'failed':
      if (exit_code !== null)
        return { exitCode: exit_code, reason: failure === null ? undefined : `${command}${because}` }
      return {
        exitCode: shellCodes[failure?.reason ?? ''] ?? exitCodes.failure,
        reason: `${command} failed${because}`,
      }
    case 'timed_out':
      return { exitCode: 124, reason: `${command} timed out${because}` }
    case 'cancelled':
    case 'lost':
      return { exitCode: exitCodes.failure, reason: `${command} was ${status}${because}` }
    case 'queued':
    case 'running':
      return { exitCode: exitCodes.failure, reason: `${command} has not ended (${status})` }
  }
}

/** The first of several commands that did not succeed decides; those that were cancelled for it are no news. */
export function firstFailure(states: Iterable<CommandState>): Outcome {
  const ordered = [...states].sort((a, b) => a.sequence - b.sequence)
  for (const state of ordered) {
    const outcome = outcomeOf(state)
    if (outcome.exitCode !== 0) return outcome
  }
  return { exitCode: exitCodes.success, reason: undefined }
}
