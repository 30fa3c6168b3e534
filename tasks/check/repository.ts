import { defaultBranchFault } from '../bootstrap/default-branch.ts'
import type { Git } from '../bootstrap/git.ts'
import { describeLock } from '../bootstrap/git-locks.ts'
import { verifyCheckout } from '../bootstrap/repository.ts'
import type { Finding } from './finding.ts'

/** The checkout, lock files that a killed git left in it, and its default branch. */
export async function inspectRepository(
  root: string,
  settings: { path: string; default_branch: string },
  gitIn: (directory: string) => Git,
  now: number,
): Promise<Finding[]> {
  const { path, default_branch } = settings
  const { directory, commit, locks, hasBranch } = await verifyCheckout(root, path, gitIn, now, default_branch)
  const fault = hasBranch ? undefined : await defaultBranchFault(gitIn(directory), default_branch)
  return [
    { what: 'repository', verdict: 'ok', detail: `${directory}, ${commit ?? 'no commit yet'}` },
    ...locks.map((lock): Finding => ({ what: 'repository lock', verdict: 'warning', ...describeLock(lock) })),
    fault === undefined
      ? { what: 'default branch', verdict: 'ok', detail: default_branch }
      : {
          what: 'default branch',
          verdict: 'warning',
          detail: fault,
          fix: 'set repository.default_branch in config/bootstrap.local.toml',
        },
  ]
}
