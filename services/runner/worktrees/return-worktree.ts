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
  context: Pick<RunnerContext, 'store' | 'files' | 'lease' | 'clock' | 'worktrees' | 'log'>,
  session: SessionId,
): Promise<void> {
  const { store, files, lease, clock, worktrees, log } = context
  const row = await worktreeOf(store, session)
  if (row === undefined) return
  const place = files.worktree(session)
  let kept = worktrees.keep > 0
  if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) {
    await mkdir(files.pooled(row.id), { recursive: true, mode: 0o700 })
    await discardDirectory(context, files.checkout(row.id), row.id)
    lease.require()
    try {
      renameSync(place, files.checkout(row.id))
    } catch (error) {
      // It has been made immutable, or a mount point: it goes with the rest of the session.
      log.warn({ err: error, worktree: row.id }, 'a worktree cannot be taken back')
      kept = false
    }
  }
  const to = kept ? 'scrubbing' : 'removing'
  const now = toInstant(clock.now())
  if (!(await moveWorktree(store, row.id, { from: 'leased', to }, { by: lease.token, now })))
    throw new LeaseLostError(`the session ${session} is another runner's`)
}
