import type { Git } from './git.ts'
import { remoteHeadRef } from './mirrors.ts'

export type Resolution =
  /** `gitmodules`: whether there is something of this name in it. */
  | { found: true; commit: string; by: 'ref' | 'id'; gitmodules: boolean }
  | { found: false; reason: 'unknown' | 'ambiguous' }

/** What may be a commit id or the beginning of one. */
export const looksLikeCommitId = (revision: string): boolean => /^[0-9a-f]{4,64}$/i.test(revision)

/** Where a revision is looked up, in this order: as a branch, as a tag, as a whole or abbreviated commit id. */
export function candidatesOf(revision: string | null, defaultBranch: string | null): string[] {
  if (revision === null || revision === 'HEAD')
    return [defaultBranch === null ? remoteHeadRef : `refs/heads/${defaultBranch}`]
  const names = [`refs/heads/${revision}`, `refs/tags/${revision}`]
  if (/^refs\/(?:heads|tags)\//.test(revision)) names.unshift(revision)
  return looksLikeCommitId(revision) ? [...names, revision] : names
}

/**
 * Finds the commit in a mirror. Names go to git on its standard input, one a line, where nothing is an option; a name
 * that is no line by itself is nobody's.
 */
export async function resolveRevision(
  git: Git,
  mirror: string,
  revision: string | null,
  defaultBranch: string | null,
  signal: AbortSignal,
): Promise<Resolution> {
  const candidates = candidatesOf(revision, defaultBranch)
  if (candidates.some(name => /[\s^~:\0]/.test(name))) return { found: false, reason: 'unknown' }
  const questions = (name: string) => [`${name}^{commit}`, `${name}^{commit}:.gitmodules`, `${name}^{commit}`]
  const input = candidates.flatMap(questions).join('\n')
  const outcome = await git.run(['-C', mirror, 'cat-file', '--batch-check'], { input, signal })
  if (outcome.kind !== 'done') throw new Error(`git cat-file ${outcome.kind}: ${outcome.stderr}`)
  return parseResolution(candidates, outcome.stdout)
}

/**
 * Reads the answers of `git cat-file --batch-check`, three a candidate: of the commit, of its `.gitmodules`, and of the commit
 * again, for a fetch may move what is looked up meanwhile. Then there may be some.
 */
export function parseResolution(candidates: readonly string[], answers: string): Resolution {
  const lines = answers.trimEnd().split('\n')
  let ambiguous = false
  for (const [index, candidate] of candidates.entries()) {
    const [answer = '', inside = '', again] = lines.slice(3 * index)
    const commit = /^([0-9a-f]{40,64}) commit \d+$/.exec(answer)?.[1]
    const by = candidate.startsWith('refs/') ? 'ref' : 'id'
    const gitmodules = !inside.endsWith(' missing') || answer !== again
    if (commit !== undefined) return { found: true, commit, by, gitmodules }
    ambiguous ||= answer.endsWith(' ambiguous')
  }
  return { found: false, reason: ambiguous ? 'ambiguous' : 'unknown' }
}
