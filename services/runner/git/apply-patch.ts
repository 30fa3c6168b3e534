import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git, GitOutcome } from './git.ts'
import { describeRejection } from './patch-rejection.ts'
import { copyIndex } from './session-repository.ts'

export type Applied = { applied: true } | { applied: false; message: string }

export type PatchedWorktree = {
  worktree: string
  patchFile: string
  /** Where git's index of the worktree before the patch lies. */
  index: string
}

/** Applies a patch to a worktree, all of it or nothing. Git itself refuses paths that lead out of it. */
export async function applyPatch(git: Git, at: PatchedWorktree, signal: AbortSignal): Promise<Applied> {
  for (const options of [['--check'], []]) {
    const outcome = await apply(git, at, options, signal)
    if (outcome.kind !== 'done') return rejected(outcome, at)
  }
  return { applied: true }
}

/**
 * The same, but where it does not fit it is merged with what the repository has of the files that it was made from. Where
 * that leaves conflicts, the worktree is of no use any more.
 */
export async function mergePatch(git: Git, at: PatchedWorktree, signal: AbortSignal): Promise<Applied> {
  const outcome = await apply(git, at, ['--3way'], signal)
  if (outcome.kind === 'done') {
    // It has been added to the index, which a patch that is applied is not.
    await copyIndex(at.index, join(at.worktree, '.git', 'index'))
    return { applied: true }
  }
  const unmerged = ['-C', at.worktree, 'diff', '--name-only', '--diff-filter=U', '-z']
  const conflicts = await git.run(unmerged, { signal })
  const names = conflicts.kind === 'done' ? conflicts.stdout.split('\0').slice(0, -1) : []
  if (names.length === 0) return rejected(outcome, at)
  return { applied: false, message: `the patch conflicts with what has changed since: ${shortened(names)}` }
}

/** Once, for what is applied fits no more; a check can be repeated. */
function apply(git: Git, at: PatchedWorktree, options: string[], signal: AbortSignal): Promise<GitOutcome> {
  const args = ['-C', at.worktree, 'apply', ...options, '--whitespace=nowarn', '--', at.patchFile]
  return git.run(args, { once: !options.includes('--check'), signal })
}

async function rejected(
  outcome: Exclude<GitOutcome, { kind: 'done' }>,
  { patchFile }: PatchedWorktree,
): Promise<Applied> {
  if (outcome.kind === 'timed_out') return { applied: false, message: 'applying the patch took too long' }
  const patch = await readFile(patchFile, 'utf8')
  return { applied: false, message: describeRejection(outcome.stderr.replaceAll(patchFile, 'patch'), patch) }
}

const mostNames = 20
const shortened = (names: readonly string[]): string =>
  names.length <= mostNames
    ? names.join(', ')
    : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`
