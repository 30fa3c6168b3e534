import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { branchesOf, branchOptions } from './default-branch.ts'
import { complaint, type Git } from './git.ts'
import { findGitLocks, type GitLock } from './git-locks.ts'
import { redactUrls } from './redact-url.ts'

export type Checkout = {
  directory: string
  commit: string | null
  /** The names of its remotes. */
  remotes: string[]
  /** Whether the branch that was asked for is here or on a remote; false as well where that was not found out. */
  hasBranch: boolean
  /** Lock files that a killed git may have left. */
  locks: GitLock[]
}

/**
 * Verifies that `path` is the top of a git work tree, and looks for a branch on the way. Reads only. `gitIn` makes the
 * git for the directory that it is handed.
 */
export async function verifyCheckout(
  root: string,
  path: string,
  gitIn: (directory: string) => Git,
  now: number,
  branch: string,
): Promise<Checkout> {
  const directory = resolve(root, path)
  const refuse = (
    why: string,
    fix = 'clone the project with git, or set repository.path in config/bootstrap.local.toml',
  ) => new UserError(`repository.path is ${path}: ${why}`, { fix })
  if (!existsSync(directory)) throw refuse(`there is no ${directory}`)
  if (!statSync(directory).isDirectory()) throw refuse(`${directory} is no directory`)
  const git = gitIn(directory)
  const [{ stdout, stderr }, remotes] = await Promise.all([
    git([
      'rev-parse',
      '--is-inside-work-tree',
      '--is-bare-repository',
      '--absolute-git-dir',
      '--git-common-dir',
      '--show-prefix',
      // Repeated as it is where there is no commit yet; what follows is not answered then.
      'HEAD',
      ...branchOptions(branch),
    ]),
    git(['remote']),
  ])
  const [inside, bare, gitDirectory = '', common, prefix = '', head = '', ...references] = stdout.split('\n')
  if (bare === 'true') throw refuse(`${directory} is a bare repository, without files to work on`)
  if (stderr.includes('dubious ownership'))
    throw refuse(
      `${directory} belongs to another user, and git reads nothing there`,
      `if you trust what is in it: git config --global --add safe.directory '${directory}'`,
    )
  if (common === undefined) throw refuse(`${directory} is no git work tree: ${redactUrls(complaint(stderr))}`)
  if (inside !== 'true') throw refuse(`${directory} is no git work tree, but inside a .git directory`)
  if (prefix !== '')
    throw refuse(`${directory} is only a directory in a git work tree, ${prefix} below its top`)
  return {
    directory,
    commit: /^[0-9a-f]{40,64}$/.test(head) ? head : null,
    remotes: remotes.stdout.split('\n').filter(name => name !== ''),
    hasBranch: branchesOf(references.join('\n')).includes(branch),
    locks: findGitLocks(gitDirectory, resolve(directory, common), now),
  }
}
