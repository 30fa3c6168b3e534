import { lstatSync, renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { toInstant } from '../../../lib/clock.ts'
import type { SessionId } from '../../contract/ids.ts'
import { moveWorktree, worktreeOf } from '../../store/worktrees.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { LeaseLostError } from '../leases/lease.ts'

/**
 * Takes a session's worktree back into the pool, where it is scrubbed before anybody gets it. The files first, then the
 * row, so that what is cut short is done again. Nothing runs in the session any more, and its lease is this runner's.
 */
export async function returnWorktree(
  context: Pick<RunnerContext, 'store' | 'files' | 'lease' | 'clock' | 'worktrees'>,
  session: SessionId,
): Promise<void> {
  const { store, files, lease, clock, worktrees } = context
  const row = await worktreeOf(store, session)
  if (row === undefined) return
  const place = files.worktree(session)
  if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) {
    await mkdir(files.pooled(row.id), { recursive: true, mode: 0o700 })
    await discardDirectory(context, files.checkout(row.id), row.id)
    lease.require()
    renameSync(place, files.checkout(row.id))
  }
  const to = worktrees.keep === 0 ? 'removing' : 'scrubbing'
  const now = toInstant(clock.now())
  if (!(await moveWorktree(store, row.id, { from: 'leased', to }, { by: lease.token, now })))
    throw new LeaseLostError(`the session ${session} is another runner's`)
}
