import { existsSync } from 'node:fs'
import type { RepositoryFailure } from '../../contract/repository-state.ts'
import type { SessionFailure } from '../../contract/session-state.ts'
import { getRepository } from '../../store/repositories.ts'
import type { SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { mirrorOf } from '../git/mirrors.ts'
import { looksLikeCommitId, type Resolution, resolveRevision } from '../git/resolve-revision.ts'
import { refreshRepository } from '../refresh-repository.ts'

export type FoundCommit =
  /** `gitmodules`: whether it has something of this name. */
  { ok: true; commit: string; gitmodules: boolean } | { ok: false; failure: SessionFailure }

/**
 * The commit that a session asked for. A name means what the remote means by it when the session is created, so the
 * mirror is fetched first; where that fails, what an older mirror says still serves. A commit id never changes its
 * meaning: the remote is asked only where the mirror does not have it.
 */
export async function findCommit(
  context: RunnerContext,
  session: SessionJoined,
  signal: AbortSignal,
): Promise<FoundCommit> {
  const { store, files, git, mirrors } = context
  const { revision } = session
  const mirror = files.mirror(session.repository_id)
  const resolve = async (): Promise<Resolution> => {
    const { default_branch } = await getRepository(store, session.repository_id)
    return resolveRevision(git, mirror, revision, default_branch, signal)
  }

  // Shorter ones are rather names: a branch may be called 2024.
  if (revision !== null && revision.length >= 7 && looksLikeCommitId(revision) && existsSync(mirror)) {
    const known = await resolve()
    if (known.found && known.by === 'id') return foundCommit(known)
  }
  const repository = await getRepository(store, session.repository_id)
  const fetched = await refreshRepository(context, repository, Date.parse(session.created_at), signal)
  if (!existsSync(mirror))
    return { ok: false, failure: unavailable(session, fetched.ok ? undefined : fetched.failure) }
  let found = await resolve()
  if (!found.found && revision !== null && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i.test(revision)) {
    // On no branch and no tag, but perhaps the remote still has it.
    if (await mirrors.fetchCommit(mirrorOf(files, repository), revision.toLowerCase(), signal))
      found = await resolve()
  }
  if (found.found) return foundCommit(found)
  if (!fetched.ok) return { ok: false, failure: unavailable(session, fetched.failure) }
  return { ok: false, failure: notFound(session, repository.default_branch, found.reason) }
}

const foundCommit = ({ commit, gitmodules }: Extract<Resolution, { found: true }>): FoundCommit => ({
  ok: true,
  commit,
  gitmodules,
})

function unavailable(session: SessionJoined, failure: RepositoryFailure | undefined): SessionFailure {
  const why = failure === undefined ? 'its mirror is gone' : failure.message
  return {
    reason: 'repository_unavailable',
    message: `the repository ${session.repository_name} could not be fetched: ${why}`,
  }
}

function notFound(
  { revision, repository_name }: SessionJoined,
  defaultBranch: string | null,
  reason: 'unknown' | 'ambiguous',
): SessionFailure {
  return { reason: 'commit_not_found', message: message() }

  function message(): string {
    if (reason === 'ambiguous') return `more than one commit of ${repository_name} begins with ${revision}`
    if (revision !== null) {
      const short = looksLikeCommitId(revision) && revision.length < 40
      const hint = short ? ': of a commit that no branch has any more, give the whole id' : ''
      return `${repository_name} has no branch, tag or commit ${revision}${hint}`
    }
    return defaultBranch === null
      ? `${repository_name} has no default branch: name a branch, a tag or a commit`
      : `${repository_name} has no branch ${defaultBranch}, which is its default branch`
  }
}
