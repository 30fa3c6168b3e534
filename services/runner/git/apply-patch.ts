import { readFile } from 'node:fs/promises'
import type { Git } from './git.ts'
import { describeRejection } from './patch-rejection.ts'

export type Applied = { applied: true } | { applied: false; message: string }

/** Applies a patch to a worktree, all of it or nothing. Git itself refuses paths that lead out of it. */
export async function applyPatch(
  git: Git,
  worktree: string,
  patchFile: string,
  signal: AbortSignal,
): Promise<Applied> {
  for (const check of [['--check'], []]) {
    const args = ['-C', worktree, 'apply', ...check, '--whitespace=nowarn', '--', patchFile]
    const outcome = await git.run(args, { signal })
    if (outcome.kind === 'timed_out') return { applied: false, message: 'applying the patch took too long' }
    if (outcome.kind === 'failed') {
      const patch = await readFile(patchFile, 'utf8')
      return {
        applied: false,
        message: describeRejection(outcome.stderr.replaceAll(patchFile, 'patch'), patch),
      }
    }
  }
  return { applied: true }
}
