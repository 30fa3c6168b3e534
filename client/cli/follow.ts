import { commandHasEnded } from '../../services/contract/command-state.ts'
import type { CommandId, SessionId } from '../../services/contract/ids.ts'
import { CliError } from './cli-error.ts'
import { exitCodes, signalExitCodes } from './exit-codes.ts'
import { Interruption } from './interruption.ts'
import { firstFailure, type Outcome } from './outcome.ts'
import { printLog, type States } from './print-log.ts'
import type { ActContext } from './words/words.ts'

export type Followed = { readonly session: SessionId; readonly command?: CommandId }

/**
 * Prints what commands write until they have ended, and ends as they did. Stopping to follow stops no command: after
 * Ctrl+C the way back to it, and the way to end it, are told.
 */
export async function follow(context: ActContext, followed: Followed): Promise<number> {
  const states: States = new Map()
  try {
    const messages = context.client.sessions.logs(
      { ...followed, follow: true },
      { signal: context.io.signal },
    )
    const reason = await printLog(messages, context, states)
    if (reason === 'session_deleted')
      throw new CliError(
        'session_deleted',
        exitCodes.failure,
        `${followed.session} was deleted while it was followed`,
      )
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    throw stopped(error, followed, states)
  }
  const outcome = firstFailure(states.values())
  if (outcome.reason === undefined) return outcome.exitCode
  throw failed(outcome, outcome.reason)
}

const failed = ({ exitCode }: Outcome, reason: string): CliError =>
  new CliError('command_failed', exitCode, reason)

function stopped({ signal }: Interruption, { session, command }: Followed, states: States): CliError {
  const open = [...states.values()]
    .filter(({ status }) => !commandHasEnded(status))
    .map(state => state.command)
  const running = command ?? open[0]
  const where = command === undefined ? '' : ` --command ${command}`
  const cancel = running === undefined ? '' : `\n  cancel it with "debug-server command cancel ${running}"`
  return new CliError(
    'interrupted',
    signalExitCodes[signal],
    `stopped following; ${running === undefined ? 'the session' : running} goes on`,
    { fix: `go on following with "debug-server session logs ${session}${where} --follow"${cancel}` },
  )
}
