import { existsSync } from 'node:fs'
import { toInstant } from '../../../lib/clock.ts'
import { StoreBusyError } from '../../store/busy.ts'
import { type SessionJoined, submodulesOf } from '../../store/rows.ts'
import { moveSession } from '../../store/session-transitions.ts'
import { noteWorktree } from '../../store/sessions.ts'
import type { RunnerContext } from '../context.ts'
import { provideEnvironments } from '../environments/provide-environments.ts'
import { publicMessage } from '../git/public-message.ts'
import { LeaseLostError } from '../leases/lease.ts'
import { discardAllButLogs, discardSessionFiles } from './discard-session-files.ts'
import { makeSessionWorktree, type Prepared } from './make-session-worktree.ts'

/**
 * Takes a session from `pending` to `running` or `failed`. One that an earlier runner left at `starting` is begun anew, for
 * nothing has run in it yet; once it has its worktree, its environments may be under way, and it goes on from there.
 */
export async function startSession(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, lease, changed, metrics, log } = context
  const began = performance.now()
  const by = lease.token
  const { id } = session
  const now = () => toInstant(clock.now())
  if (session.status === 'pending') {
    if (!(await moveSession(store, id, 'starting', { by, now: now() }))) return
    changed({ session: id })
  }
  const prepared = await prepareOrSayWhy(context, session, signal)
  signal.throwIfAborted()
  const commit = prepared.commit === undefined ? {} : { commit_id: prepared.commit }
  if (prepared.ok)
    await moveSession(store, id, 'running', { ...commit, isolation: prepared.isolation, by, now: now() })
  else {
    // The log of a build that failed stays.
    const discard = prepared.failure.reason === 'environment_failed' ? discardAllButLogs : discardSessionFiles
    await discard(context, session)
    await moveSession(store, id, 'failed', { ...commit, by, failure: prepared.failure, now: now() })
  }
  metrics.sessionStarted(prepared.ok ? 'running' : 'failed', performance.now() - began)
  log.info(
    { reason: prepared.ok ? undefined : prepared.failure.reason },
    prepared.ok ? 'session runs' : 'session failed',
  )
  changed({ session: id })
}

/** A full disk or a missing git fails the session; a busy store is no fault of it. */
async function prepareOrSayWhy(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<Prepared> {
  try {
    return await prepare(context, session, signal)
  } catch (error) {
    if (signal.aborted || error instanceof StoreBusyError || error instanceof LeaseLostError) throw error
    context.log.error({ err: error, session: session.id }, 'starting a session failed')
    const text = error instanceof Error ? error.message : String(error)
    return {
      ok: false,
      failure: { reason: 'worktree_failed', message: publicMessage(text, context.files.root) },
    }
  }
}

async function prepare(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<Prepared> {
  const worktree = earlierWorktree(context, session) ?? (await newWorktree(context, session, signal))
  if (!worktree.ok) return worktree
  const { commit, isolation, submodules } = worktree
  const { store, lease } = context
  if (!(await noteWorktree(store, session.id, { commit, isolation, submodules, by: lease.token })))
    throw new LeaseLostError(`the session ${session.id} is another runner's`)
  const provided = await provideEnvironments(context, session, signal)
  return provided.ok ? worktree : { ok: false, commit, failure: provided.failure }
}

async function newWorktree(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<Prepared> {
  // Of one that was `pending` nobody has begun anything.
  if (session.status !== 'pending') await discardSessionFiles(context, session)
  return await makeSessionWorktree(context, session, signal)
}

/** What an earlier attempt has made: it is there as a whole or not at all. */
function earlierWorktree({ files }: RunnerContext, session: SessionJoined): Prepared | undefined {
  const { id, commit_id, isolation } = session
  if (commit_id === null || isolation === null || !existsSync(files.worktree(id))) return undefined
  return { ok: true, commit: commit_id, isolation, submodules: submodulesOf(session) }
}
