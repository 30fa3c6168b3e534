import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { bootId } from '../../../lib/boot-id.ts'
import { toInstant } from '../../../lib/clock.ts'
import type { WorktreeId } from '../../contract/ids.ts'
import type { SessionJoined } from '../../store/rows.ts'
import {
  addWorktree,
  type LeasedWorktree,
  leaseWarmWorktree,
  moveWorktree,
  noteCheckout,
} from '../../store/worktrees.ts'
import type { RunnerContext } from '../context.ts'
import { advanceCheckout, type Checkout, resetCheckout } from '../git/check-out.ts'
import type { GitOutcome } from '../git/git.ts'
import { LeaseLostError } from '../leases/lease.ts'
import { newAttempt } from './attempt.ts'
import { isWholeIndex } from './git-index.ts'

export type ObtainedWorktree =
  /** `checkout`: where the files are, under a name of this attempt's own, from where they go to the session. */
  | { obtained: true; id: WorktreeId; checkout: string }
  | { obtained: false; why: Exclude<GitOutcome, { kind: 'done' }> }

type Session = Pick<SessionJoined, 'id' | 'repository_id'>

/**
 * Gets a worktree for a session and checks a commit out in it: the nearest warm one, in which only what differs is
 * written, or a new one. A warm one that turns out to be damaged goes, and a new one takes its place. The files are no
 * repository yet.
 */
export async function obtainWorktree(
  context: RunnerContext,
  session: Session,
  commit: string,
  signal: AbortSignal,
): Promise<ObtainedWorktree> {
  const { store, files, git, lease, clock, metrics } = context
  const now = toInstant(clock.now())
  const wish = {
    repository: session.repository_id,
    session: session.id,
    by: lease.token,
    boot: bootId(),
    now,
  }
  const warm = await leaseWarmWorktree(store, { ...wish, commit })
  if (warm !== undefined) {
    const at = placeOf(context, session, warm.id)
    if (await warmedUp(context, warm, at, commit, signal)) {
      await note(context, warm.id, commit)
      metrics.worktreeTaken('warm')
      return { obtained: true, id: warm.id, checkout: at.checkout }
    }
  }
  const id = await addWorktree(store, wish)
  if (id === undefined) throw lost(context)
  await mkdir(files.pooled(id), { recursive: true, mode: 0o700 })
  const at = placeOf(context, session, id)
  lease.require()
  mkdirSync(at.checkout)
  const outcome = await resetCheckout(git, at, commit, signal)
  if (outcome.kind !== 'done') return { obtained: false, why: outcome }
  await note(context, id, commit)
  metrics.worktreeTaken(warm === undefined ? 'new' : 'healed')
  return { obtained: true, id, checkout: at.checkout }
}

/** Brings a warm worktree to the commit. False where that is not possible: then it is on its way out. */
async function warmedUp(
  context: RunnerContext,
  { id, commit_id }: LeasedWorktree,
  at: Checkout,
  commit: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, files, git, lease, clock, log } = context
  const whole = commit_id !== null && existsSync(files.checkout(id)) && (await isWholeIndex(at.index))
  if (whole) {
    lease.require()
    renameSync(files.checkout(id), at.checkout)
  }
  const step = { from: commit_id ?? '', to: commit }
  const outcome = whole ? await advanceCheckout(git, at, step, lease, signal) : undefined
  if (outcome?.kind === 'done') return true
  log.warn({ worktree: id, git: outcome?.stderr }, 'a warm worktree is damaged: a new one is made')
  const now = toInstant(clock.now())
  if (!(await moveWorktree(store, id, { from: 'leased', to: 'removing' }, { by: lease.token, now })))
    throw lost(context)
  return false
}

async function note(context: RunnerContext, id: WorktreeId, commit: string): Promise<void> {
  if (!(await noteCheckout(context.store, id, commit, context.lease.token))) throw lost(context)
}

function placeOf({ files }: RunnerContext, { repository_id }: Session, id: WorktreeId): Checkout {
  return {
    mirror: files.mirror(repository_id),
    checkout: newAttempt(files.pooled(id)),
    index: files.index(id),
  }
}

const lost = ({ lease }: RunnerContext) =>
  new LeaseLostError(`the lease ${lease.token} does not cover the session any more`)
