import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { type Git, gitOutput } from '../git.ts'
import { ignoredSnapshot } from './ignored.ts'
import { type Snapshot, snapshotOf } from './snapshot.ts'

/** Of what programs write in a checkout that which they write once: the tokens of its own server. */
const secrets = join('.artifacts', 'secrets')

/**
 * What of a checkout a smoke must leave as it is: its branches, its index, its hooks, and its files, with
 * what says of this checkout alone which those are.
 */
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
    '--ignored=matching',
    '-z',
  )
  const changed: [string, string][] = []
  const ignored: string[] = []
  for (const entry of status.split('\0').filter(Boolean)) {
    const path = entry.slice(3)
    if (entry.startsWith('!!')) {
      ignored.push(path)
      continue
    }
    const content = Object.values(await snapshotOf(join(root, path))).join(' ')
    changed.push([path, `${entry.slice(0, 2)} ${content}`])
  }
  const told = ['hooks', 'info/exclude', 'info/attributes']
  const places = await gitOutput(git, root, 'rev-parse', ...told.flatMap(name => ['--git-path', name]))
  const own: [string, string][] = []
  for (const place of places.split('\n').filter(Boolean))
    for (const [name, facts] of Object.entries(await snapshotOf(resolve(root, place))))
      own.push([join(place, name), facts])
  const kept = Object.entries(await snapshotOf(join(root, secrets))).map(
    ([name, facts]) => [join(secrets, name), facts] as const,
  )
  return {
    ...Object.fromEntries(own),
    HEAD: head,
    refs: await digest('for-each-ref'),
    configuration: await digest('config', '--local', '--list'),
    worktrees: await digest('worktree', 'list', '--porcelain'),
    ...Object.fromEntries(changed),
    ...(await ignoredSnapshot(root, ignored)),
    ...Object.fromEntries(kept),
  }
}
