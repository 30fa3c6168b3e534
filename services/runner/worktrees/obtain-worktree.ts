import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
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

export type ObtainedWorktree =
  | { obtained: true; id: WorktreeId }
  | { obtained: false; why: Exclude<GitOutcome, { kind: 'done' }> }

type Session = Pick<SessionJoined, 'id' | 'repository_id'>

/**
 * Gets a worktree for a session and checks a commit out in it: the nearest warm one, in which only what differs is
 * written, or a new one. A warm one that turns out to be damaged goes, and a new one takes its place. The files are in
 * `files.checkout`, and are no repository yet.
 */
export async function obtainWorktree(
  context: RunnerContext,
  session: Session,
  commit: string,
  signal: AbortSignal,
): Promise<ObtainedWorktree> {
  const { store, files, git, lease, clock, metrics } = context
  const now = toInstant(clock.now())
  const wish = { repository: session.repository_id, session: session.id, by: lease.token, now }
  const warm = await leaseWarmWorktree(store, { ...wish, commit })
  if (warm !== undefined && (await warmedUp(context, session, warm, commit, signal))) {
    await note(context, warm.id, commit)
    metrics.worktreeTaken('warm')
    return { obtained: true, id: warm.id }
  }
  const id = await addWorktree(store, wish)
  if (id === undefined) throw lost(context)
  lease.require()
  await mkdir(files.pooled(id), { recursive: true, mode: 0o700 })
  await mkdir(files.checkout(id))
  const outcome = await resetCheckout(git, placeOf(context, session, id), commit, signal)
  if (outcome.kind !== 'done') return { obtained: false, why: outcome }
  await note(context, id, commit)
  metrics.worktreeTaken(warm === undefined ? 'new' : 'healed')
  return { obtained: true, id }
}

/** Brings a warm worktree to the commit. False where that is not possible: then it is on its way out. */
async function warmedUp(
  context: RunnerContext,
  session: Session,
  { id, commit_id }: LeasedWorktree,
  commit: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, git, lease, clock, log } = context
  const at = placeOf(context, session, id)
  const whole = commit_id !== null && existsSync(at.checkout) && existsSync(at.index)
  const outcome = whole ? await advanceCheckout(git, at, { from: commit_id, to: commit }, signal) : undefined
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
  return { mirror: files.mirror(repository_id), checkout: files.checkout(id), index: files.index(id) }
}

const lost = ({ lease }: RunnerContext) =>
  new LeaseLostError(`the lease ${lease.token} does not cover the session any more`)
