import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Git, gitOutput } from '../git.ts'
import { type Snapshot, snapshotOf } from './snapshot.ts'

/** What of a checkout a smoke must leave as it is: its branches, its index, and its files but for those that are ignored. */
export async function checkoutSnapshot(root: string, git: Git): Promise<Snapshot> {
  const digest = async (...args: string[]) =>
    createHash('sha256')
      .update(await gitOutput(git, root, ...args))
      .digest('hex')
  const head = (await gitOutput(git, root, 'rev-parse', 'HEAD')).trim()
  const status = await gitOutput(
    git,
    root,
    'status',
    '--porcelain',
    '--no-renames',
    '--untracked-files=all',
    '-z',
  )
  const changed: [string, string][] = []
  for (const entry of status.split('\0').filter(Boolean)) {
    const path = entry.slice(3)
    const content = Object.values(await snapshotOf(join(root, path))).join(' ')
    changed.push([path, `${entry.slice(0, 2)} ${content}`])
  }
  return {
    HEAD: head,
    refs: await digest('for-each-ref'),
    configuration: await digest('config', '--local', '--list'),
    worktrees: await digest('worktree', 'list', '--porcelain'),
    ...Object.fromEntries(changed),
  }
}
