import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { toInstant } from '../../../lib/clock.ts'
import type { SessionFailure } from '../../contract/session-state.ts'
import { getRepository } from '../../store/repositories.ts'
import { type SessionJoined, submodulesOf } from '../../store/rows.ts'
import { moveSession } from '../../store/session-transitions.ts'
import type { RunnerContext } from '../context.ts'
import { checkEnvironments } from '../environments/check-environments.ts'
import { checkWorktree } from '../git/check-worktree.ts'
import { refreshRepository } from '../refresh-repository.ts'
import { startIsolation } from '../sandbox/start-isolation.ts'
import { obtainSubmodules } from '../submodules/obtain-submodules.ts'

/**
 * Takes a session that was stopped from `starting` to `running` again, in the worktree that it has left, with all that
 * was changed there. Where that is of no use any more it fails; its logs, and what is there, stay.
 */
export async function resumeSession(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, lease, changed } = context
  const by = lease.token
  const { id } = session
  const failure = await whyNot(context, session, signal)
  signal.throwIfAborted()
  const now = toInstant(clock.now())
  const apart = startIsolation(context, session)
  if (failure !== undefined) await moveSession(store, id, 'failed', { by, now, failure })
  else if (!apart.ok) await moveSession(store, id, 'failed', { by, now, failure: apart.failure })
  else await moveSession(store, id, 'running', { by, now, isolation: apart.isolation })
  changed({ session: id })
}

async function whyNot(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<SessionFailure | undefined> {
  const { store, files, git, clock, lease } = context
  if (!existsSync(files.mirror(session.repository_id))) {
    // The worktree borrows its objects, and all of them may be had again.
    const repository = await getRepository(store, session.repository_id)
    await refreshRepository(context, repository, clock.now(), signal)
  }
  const checked = await checkWorktree(git, files.worktree(session.id), files.root, signal)
  if (!checked.usable) return { reason: 'worktree_lost', message: checked.message }
  const missing = await missingSubmodules(context, session, signal)
  if (missing !== undefined) return missing
  const lacking = await checkEnvironments(context, session.id)
  if (lacking !== undefined) return lacking
  lease.require()
  for (const folder of [files.home(session.id), files.temporary(session.id)])
    await mkdir(folder, { recursive: true, mode: 0o700 })
  return undefined
}

/** Mirrors of its submodules that are gone are fetched again, as that of its repository is. */
async function missingSubmodules(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<SessionFailure | undefined> {
  const { files, clock } = context
  const missing = () =>
    submodulesOf(session).find(({ mirror }) => !existsSync(files.submodule(session.repository_id, mirror)))
  if (session.commit_id === null || missing() === undefined) return undefined
  const obtained = await obtainSubmodules(context, session, session.commit_id, clock.now(), signal)
  if (!obtained.ok) return obtained.failure
  const still = missing()
  return still && { reason: 'worktree_lost', message: `the mirror of its submodule ${still.path} is gone` }
}
