import { existsSync, renameSync, rmSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bootId } from '../../../lib/boot-id.ts'
import { toInstant } from '../../../lib/clock.ts'
import { StoreBusyError } from '../../store/busy.ts'
import type { WorktreeRow } from '../../store/schema.ts'
import { claimWorktree, moveWorktree } from '../../store/worktrees.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { type Checkout, cleanCheckout, resetCheckout } from '../git/check-out.ts'
import { LeaseLostError } from '../leases/lease.ts'
import { isAttempt, newAttempt } from './attempt.ts'
import { DiskThread, type Scrub } from './disk-thread.ts'

/**
 * Makes a worktree that a session gave back `warm`: with the files of its commit, and nothing that the session left. One
 * that cannot be brought there is removed. Each attempt works under a name of its own, so that one that was stopped in the
 * middle and goes on later finds nothing.
 */
export async function scrubWorktree(
  context: RunnerContext,
  { id, repository_id, commit_id, boot_id }: WorktreeRow,
  signal: AbortSignal,
): Promise<void> {
  const { store, files, lease, clock, metrics, log } = context
  const by = lease.token
  if (!(await claimWorktree(store, id, 'scrubbing', by))) return
  const now = () => toInstant(clock.now())
  try {
    const attempt = await moveAside(context, id)
    if (attempt === undefined || commit_id === null) throw new Error('there is no checkout')
    const at = {
      ...{ mirror: files.mirror(repository_id), checkout: attempt },
      ...{ index: files.index(id), stamps: files.stamps(id) },
    }
    const boot = bootId()
    // What another boot has left may never have come to the disk, the index no more than the files.
    const bytes = await scrub(context, { ...at, provable: boot_id === boot }, commit_id, signal)
    lease.require()
    renameSync(attempt, files.checkout(id))
    const warm = await moveWorktree(
      store,
      id,
      { from: 'scrubbing', to: 'warm' },
      { by, bytes, boot, now: now() },
    )
    if (warm) metrics.scrubbed('warm')
  } catch (error) {
    if (signal.aborted || error instanceof LeaseLostError || error instanceof StoreBusyError) throw error
    log.warn({ err: error, worktree: id }, 'a worktree could not be scrubbed: it is removed')
    const removed = await moveWorktree(store, id, { from: 'scrubbing', to: 'removing' }, { by, now: now() })
    if (removed) metrics.scrubbed('removed')
  }
}

/** Tells how many bytes it takes then. */
async function scrub(
  { git, lease }: RunnerContext,
  at: Checkout & Omit<Scrub, 'fresh'>,
  commit: string,
  signal: AbortSignal,
): Promise<number> {
  const { checkout, index } = at
  lease.require()
  if (!at.provable) rmSync(index, { force: true })
  await using thread = new DiskThread()
  await thread.scrub({ ...at, fresh: `${checkout}-fresh` }, signal)
  for (const step of [() => resetCheckout(git, at, commit, signal), () => cleanCheckout(git, at, signal)]) {
    const outcome = await step()
    if (outcome.kind !== 'done') throw new Error(`git ${outcome.kind}: ${outcome.stderr}`)
  }
  await thread.note(at, signal)
  return await thread.measure(checkout, signal)
}

/** Gives what was checked out a name of this attempt's own, and discards all else but what is known of it. Undefined without any. */
async function moveAside(context: RunnerContext, id: WorktreeRow['id']): Promise<string | undefined> {
  const { files, lease } = context
  const pooled = files.pooled(id)
  const attempt = newAttempt(pooled)
  await mkdir(pooled, { recursive: true, mode: 0o700 })
  const names = await readdir(pooled)
  // An attempt that was cut short has left it under the name that it had there.
  const left = existsSync(files.checkout(id))
    ? files.checkout(id)
    : names.filter(isAttempt).map(name => join(pooled, name))[0]
  if (left === undefined) return undefined
  lease.require()
  renameSync(left, attempt)
  for (const name of names.map(name => join(pooled, name)))
    if (![left, files.index(id), files.stamps(id)].includes(name)) await discardDirectory(context, name, id)
  return attempt
}
