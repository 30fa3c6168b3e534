import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { bothSettled } from '../../../lib/both-settled.ts'
import type { Isolation } from '../../contract/isolation.ts'
import type { SessionFailure } from '../../contract/session-state.ts'
import { getRepository } from '../../store/repositories.ts'
import type { MirroredSubmodule, SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { applyPatch, mergePatch } from '../git/apply-patch.ts'
import { mirrorOf } from '../git/mirrors.ts'
import { publicMessage, withoutPrivate } from '../git/public-message.ts'
import { borrow, heldBySession, makeRepository } from '../git/session-repository.ts'
import { startIsolation } from '../sandbox/start-isolation.ts'
import { shown } from '../submodules/gitmodules.ts'
import { noSubmodules, obtainSubmodules } from '../submodules/obtain-submodules.ts'
import { patchedSubmodule } from '../submodules/patched-submodule.ts'
import { type Placed, placeSubmodules } from '../submodules/place-submodules.ts'
import { obtainWorktree } from '../worktrees/obtain-worktree.ts'
import { findCommit } from './find-commit.ts'
import { untilPatchExists } from './until-patch-exists.ts'

export type Prepared =
  | { ok: true; commit: string; isolation: Isolation; submodules: readonly MirroredSubmodule[] }
  | { ok: false; commit?: string; failure: SessionFailure }

/**
 * Makes the worktree of a session, as a repository, with its patch and its submodules, and its other directories. It is there
 * as a whole or not at all; before, nothing is.
 */
export async function makeSessionWorktree(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<Prepared> {
  const { store, files, git, mirrors, lease } = context
  const apart = startIsolation(context, session)
  if (!apart.ok) return apart
  const found = await findCommit(context, session, signal)
  if (!found.ok) return found
  const { commit } = found
  const obtained = found.gitmodules
    ? await obtainSubmodules(context, session, commit, Date.parse(session.created_at), signal)
    : noSubmodules
  if (!obtained.ok) return { ok: false, commit, failure: obtained.failure }
  const { submodules } = obtained
  const repository = await getRepository(store, session.repository_id)
  const mirror = mirrorOf(files, repository)
  // All is done under a name of this attempt's own, and put in its place in one step while the lease is held: an attempt
  // that was stopped in the middle and goes on later finds nothing there, and writes into no worktree of another.
  const [worktree, borrowed] = await bothSettled(
    obtainWorktree(context, session, commit, signal),
    borrow(mirrors, mirror, { hold: heldBySession(session.id), commit }, signal),
  )
  if (!worktree.obtained) return { ok: false, commit, failure: checkoutFailure(worktree.why, files.root) }
  if (borrowed.kind !== 'done') return { ok: false, commit, failure: checkoutFailure(borrowed, files.root) }
  const { checkout } = worktree
  await makeRepository({
    folder: join(checkout, '.git'),
    index: files.index(worktree.id),
    ...{ mirror: mirror.directory, commit, refs: borrowed.stdout },
    url: repository.url,
    defaultBranch: repository.default_branch,
  })
  if (session.patch_sha256 !== null) {
    const patchFile = files.patch(session.patch_sha256)
    if (!(await untilPatchExists(patchFile, signal)))
      return { ok: false, commit, failure: { reason: 'worktree_failed', message: 'its patch is not there' } }
    const at = { worktree: checkout, patchFile, index: files.index(worktree.id) }
    // A session without submodules has none that could be another than the patch says.
    const changed =
      session.submodule_choice === 'none' ? undefined : await patchedSubmodule(git, at, submodules, signal)
    if (changed !== undefined) return { ok: false, commit, failure: submodulePatched(changed) }
    const put = session.three_way === 1 ? mergePatch : applyPatch
    const applied = await put(git, at, signal)
    if (!applied.applied)
      return {
        ok: false,
        commit,
        failure: { reason: 'patch_rejected', message: withoutPrivate(applied.message, files.root) },
      }
  }
  const placed = await placeSubmodules(context, session, checkout, submodules, signal)
  if (!placed.placed) return { ok: false, commit, failure: placementFailure(placed, session, files.root) }
  lease.require()
  for (const folder of [files.session(session.id), files.home(session.id), files.temporary(session.id)])
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  lease.require()
  renameSync(checkout, files.worktree(session.id))
  const mirrored = submodules.map(({ names: _, ...submodule }) => submodule)
  return { ok: true, commit, isolation: apart.isolation, submodules: mirrored }
}

function checkoutFailure(
  why: { kind: 'failed' | 'timed_out'; stderr: string },
  privateRoot: string,
): SessionFailure {
  const message =
    why.kind === 'timed_out' ? 'the checkout took too long' : publicMessage(why.stderr, privateRoot)
  return { reason: 'worktree_failed', message }
}

/** A patch comes first, and is all that could have put something there. */
function placementFailure(
  { path, why }: Extract<Placed, { placed: false }>,
  { patch_sha256 }: SessionJoined,
  privateRoot: string,
): SessionFailure {
  if (why !== undefined) {
    const { reason, message } = checkoutFailure(why, privateRoot)
    return { reason, message: `the submodule ${shown(path)}: ${message}` }
  }
  return patch_sha256 === null
    ? { reason: 'worktree_failed', message: `something is in the place of the submodule ${shown(path)}` }
    : submodulePatched(path)
}

const submodulePatched = (path: string): SessionFailure => ({
  reason: 'patch_rejected',
  message: `the patch changes the submodule ${shown(path)}, which a patch cannot: only files of the repository itself (git diff --ignore-submodules)`,
})
