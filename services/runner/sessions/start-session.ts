import { existsSync, renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { toInstant } from '../../../lib/clock.ts'
import type { Isolation } from '../../contract/isolation.ts'
import type { SessionFailure } from '../../contract/session-state.ts'
import { StoreBusyError } from '../../store/busy.ts'
import { getRepository } from '../../store/repositories.ts'
import type { SessionJoined } from '../../store/rows.ts'
import { moveSession, noteWorktree } from '../../store/sessions.ts'
import type { RunnerContext } from '../context.ts'
import { provideEnvironments } from '../environments/provide-environments.ts'
import { applyPatch, mergePatch } from '../git/apply-patch.ts'
import { publicMessage, withoutPrivate } from '../git/public-message.ts'
import { makeRepository } from '../git/session-repository.ts'
import { LeaseLostError } from '../leases/lease.ts'
import { startIsolation } from '../sandbox/start-isolation.ts'
import { obtainWorktree } from '../worktrees/obtain-worktree.ts'
import { discardAllButLogs, discardSessionFiles } from './discard-session-files.ts'
import { findCommit } from './find-commit.ts'
import { untilPatchExists } from './until-patch-exists.ts'

type Prepared =
  | { ok: true; commit: string; isolation: Isolation }
  | { ok: false; commit?: string; failure: SessionFailure }

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
  const worktree = worktreeOf(context, session) ?? (await makeSessionWorktree(context, session, signal))
  if (!worktree.ok) return worktree
  const { commit, isolation } = worktree
  const { store, lease } = context
  if (!(await noteWorktree(store, session.id, { commit, isolation, by: lease.token })))
    throw new LeaseLostError(`the session ${session.id} is another runner's`)
  const provided = await provideEnvironments(context, session, signal)
  return provided.ok ? worktree : { ok: false, commit, failure: provided.failure }
}

/** What an earlier attempt has made: it is there as a whole or not at all. */
function worktreeOf(
  { files }: RunnerContext,
  { id, commit_id, isolation }: SessionJoined,
): Prepared | undefined {
  if (commit_id === null || isolation === null || !existsSync(files.worktree(id))) return undefined
  return { ok: true, commit: commit_id, isolation }
}

async function makeSessionWorktree(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<Prepared> {
  const { store, files, git, lease } = context
  await discardSessionFiles(context, session)
  const apart = startIsolation(context, session)
  if (!apart.ok) return apart
  const found = await findCommit(context, session, signal)
  if (!found.ok) return found
  const { commit } = found
  const repository = await getRepository(store, session.repository_id)
  // All is done under a name of this attempt's own, and put in its place in one step while the lease is held: an attempt
  // that was stopped in the middle and goes on later finds nothing there, and writes into no worktree of another.
  const worktree = await obtainWorktree(context, session, commit, signal)
  if (!worktree.obtained) return { ok: false, commit, failure: checkoutFailure(worktree.why, files.root) }
  const { checkout } = worktree
  const made = await makeRepository(
    git,
    {
      session: session.id,
      mirror: files.mirror(repository.id),
      checkout,
      index: files.index(worktree.id),
      commit,
      url: repository.url,
      defaultBranch: repository.default_branch,
    },
    signal,
  )
  if (made.kind !== 'done') return { ok: false, commit, failure: checkoutFailure(made, files.root) }
  if (session.patch_sha256 !== null) {
    const patchFile = files.patch(session.patch_sha256)
    if (!(await untilPatchExists(patchFile, signal)))
      return { ok: false, commit, failure: { reason: 'worktree_failed', message: 'its patch is not there' } }
    const put = session.three_way === 1 ? mergePatch : applyPatch
    const at = { worktree: checkout, patchFile, index: files.index(worktree.id) }
    const applied = await put(git, at, signal)
    if (!applied.applied)
      return {
        ok: false,
        commit,
        failure: { reason: 'patch_rejected', message: withoutPrivate(applied.message, files.root) },
      }
  }
  lease.require()
  for (const folder of [files.session(session.id), files.home(session.id), files.temporary(session.id)])
    await mkdir(folder, { recursive: true, mode: 0o700 })
  lease.require()
  renameSync(checkout, files.worktree(session.id))
  return { ok: true, commit, isolation: apart.isolation }
}

function checkoutFailure(
  why: { kind: 'failed' | 'timed_out'; stderr: string },
  privateRoot: string,
): SessionFailure {
  const message =
    why.kind === 'timed_out' ? 'the checkout took too long' : publicMessage(why.stderr, privateRoot)
  return { reason: 'worktree_failed', message }
}
