import { visibleLines } from '../../lib/visible.ts'
import type { Session } from '../../services/contract/resources.ts'
import { sessionIsSettled } from '../../services/contract/session-state.ts'
import { CliError } from './cli-error.ts'
import { exitCodes, signalExitCodes } from './exit-codes.ts'
import { hint } from './hint.ts'
import { Interruption } from './interruption.ts'
import { startProgress } from './progress.ts'
import { awaitedText, startingText } from './render/environments.ts'
import { settle } from './settle.ts'
import type { ActContext } from './words/words.ts'

/** How long a request is held while it is not known yet what a session waits for, in seconds. */
const briefly = 2

/** The session once it has started, or failed. Interrupted, it goes on starting, which is told. */
export async function untilSessionRuns(created: Session, context: ActContext): Promise<Session> {
  const { client, io, json } = context
  const hasScreen = io.stderr.isTTY === true
  let latest = created
  let told = false
  using _ = startProgress(io, () => startingText(latest), json || !hasScreen)
  try {
    return await settle(
      created,
      ({ status }) => sessionIsSettled(status),
      async wait => {
        const isKnown = latest.environment[0] === 'none' || latest.environments.length > 0
        latest = await client.sessions.get({ session: created.id, wait: isKnown ? wait : briefly })
        const awaited = awaitedText(latest)
        if (awaited !== undefined && !told && !hasScreen) await hint(context, awaited)
        told ||= awaited !== undefined
        return latest
      },
    )
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    throw new CliError(
      'interrupted',
      signalExitCodes[error.signal],
      `stopped waiting; ${created.id} goes on starting`,
      {
        fix: `look at it with "debug-server session get ${created.id}"\n  remove it with "debug-server session delete ${created.id}"`,
      },
    )
  }
}

/** Of a session that has failed. */
export function sessionFailure({ id, failure }: Session): CliError {
  const message = visibleLines(failure?.message ?? 'no reason is known').join('\n  ')
  return new CliError(failure?.reason ?? 'session_failed', exitCodes.failure, `${id} failed: ${message}`, {
    fix: failure === null ? undefined : fixes[failure.reason]?.replace('SESSION', id),
  })
}

/** What to do about it, with the session's id in the place of SESSION. */
const fixes: Record<NonNullable<Session['failure']>['reason'], string | undefined> = {
  commit_not_found:
    'give --commit an id, a branch or a tag of that repository, and check that it has been pushed',
  patch_rejected: 'make the patch against this very commit: git diff COMMIT',
  repository_unavailable: 'see what is wrong with it: debug-server repository list',
  submodule_unavailable:
    'do without it: --submodules none; or register it with "debug-server repository add URL": then it is fetched with the credentials of the server',
  worktree_failed: undefined,
  environment_failed:
    'see all of its log with "debug-server session logs SESSION", or leave it out with --environment none',
  isolation_unavailable:
    'install bubblewrap where the server runs; npx task check tells what is wrong with it',
  worktree_lost: 'open another one, at the same commit, with "debug-server session create"',
}
