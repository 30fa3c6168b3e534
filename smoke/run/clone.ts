import { removeTree } from '../../lib/remove-tree.ts'
import { UserError } from '../../lib/user-error.ts'
import { gitOutput } from '../git.ts'
import { commitOf } from '../source.ts'
import type { Phase } from './phase.ts'

/** Makes the clone, or makes it anew. */
export async function clone({ places, setting, exec, log, signal }: Phase): Promise<void> {
  await removeTree(places.clone)
  const cwd = places.workspace
  // Hard links would make the clone's objects files of the source's own.
  const flags = ['--quiet', '--no-hardlinks', '--no-checkout']
  await exec('git', ['clone', ...flags, '--', setting.source, places.clone], { cwd })
  const git = { environment: process.env, signal }
  const commit = await commitIn(places.clone)
  await exec('git', ['checkout', '--quiet', '--detach', commit, '--'])
  log(`cloned ${setting.source} at ${commit}`)
  await requireClean(places.clone, signal)

  /** Of an address, what a branch is called here is not what it is called there. */
  async function commitIn(path: string): Promise<string> {
    const { revision = 'HEAD' } = setting
    try {
      return await commitOf(git, path, revision)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return commitOf(git, path, `origin/${revision}`)
    }
  }
}

/** Nothing that the project does may leave a trace in its checkout. */
export async function requireClean(
  path: string,
  signal: AbortSignal,
  {
    what = 'the clone',
    fix = 'what is written at run time lies below .artifacts, which git ignores',
  }: { readonly what?: string; readonly fix?: string } = {},
): Promise<void> {
  const status = await gitOutput(
    { environment: process.env, signal },
    path,
    ...['status', '--porcelain', '--untracked-files=all'],
  )
  if (status !== '') throw new UserError(`${what} is not clean any more:\n${status.trimEnd()}`, { fix })
}
