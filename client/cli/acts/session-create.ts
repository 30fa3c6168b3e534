import { visibleLines } from '../../../lib/visible.ts'
import type { Session } from '../../../services/contract/resources.ts'
import { sessionIsSettled } from '../../../services/contract/session-state.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes, signalExitCodes } from '../exit-codes.ts'
import { follow } from '../follow.ts'
import { Interruption } from '../interruption.ts'
import { write } from '../io.ts'
import { print } from '../print.ts'
import { startProgress } from '../progress.ts'
import { settle } from '../settle.ts'
import type { Act, ActContext } from '../words/words.ts'

/**
 * Opens a session and waits until it runs. The id is printed as soon as there is one, so that it is known whatever
 * happens next: on stdout, or under `--follow`, where stdout is the commands', on stderr.
 */
export const act: Act<'sessions.create'> = async (input, context) => {
  const { client, io, json, extras } = context
  const following = extras.has('follow')
  const created = await client.sessions.create({ ...input, wait: 0 })
  if (!json) await write(following ? io.stderr : io.stdout, `${created.id}\n`, io.signal)
  const session = extras.has('no-wait') ? created : await untilItRuns(created, context)
  if (json && following) await write(io.stdout, `${JSON.stringify(session)}\n`, io.signal)
  else if (json) await print(context, session, () => '')
  if (session.status === 'failed') throw failure(session)
  if (!following || (input.commands ?? []).length === 0) return exitCodes.success
  return await follow(context, { session: session.id })
}

async function untilItRuns(created: Session, { client, io, json }: ActContext): Promise<Session> {
  if (sessionIsSettled(created.status)) return created
  using _ = startProgress(io, `${created.id} is starting`, json || io.stderr.isTTY !== true)
  try {
    return await settle(
      created,
      ({ status }) => sessionIsSettled(status),
      wait => client.sessions.get({ session: created.id, wait }),
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

function failure({ id, failure }: Session): CliError {
  const message = visibleLines(failure?.message ?? 'no reason is known').join('\n  ')
  return new CliError(failure?.reason ?? 'session_failed', exitCodes.failure, `${id} failed: ${message}`, {
    fix: failure === null ? undefined : fixes[failure.reason],
  })
}

const fixes: Record<NonNullable<Session['failure']>['reason'], string | undefined> = {
  commit_not_found:
    'give --commit an id, a branch or a tag of that repository, and check that it has been pushed',
  patch_rejected: 'make the patch against this very commit: git diff COMMIT',
  repository_unavailable: 'see what is wrong with it: debug-server repository list',
  worktree_failed: undefined,
}
