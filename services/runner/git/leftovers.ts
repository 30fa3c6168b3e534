import { type BigIntStats, type Dirent, lstatSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mayWorkIn } from '../worktrees/processes-in.ts'

/**
 * Removes what a git that was killed has left in a repository without a worktree, and tells the names: locks, which make
 * later calls fail, and packs that were being received. Nothing while a process works there. To be called by one at a time.
 *
 * Whoever makes such a file works there until it is gone. So one that was there before nobody was seen to work there, and is
 * the same afterwards, is nobody's; and while it is there, nobody else makes it.
 */
export async function removeLeftovers(repository: string): Promise<string[]> {
  const found = (await namesOfLeftovers(repository)).map(name => {
    const path = join(repository, name)
    return { name, path, before: statOf(path) }
  })
  if (found.length === 0 || mayWorkIn(repository)) return []
  return found
    .filter(({ path, before }) => {
      const now = statOf(path)
      const isNobodys = now !== undefined && now.ino === before?.ino && now.ctimeNs === before.ctimeNs
      if (isNobodys) rmSync(path)
      return isNobodys
    })
    .map(({ name }) => name)
}

async function namesOfLeftovers(repository: string): Promise<string[]> {
  const isLock = (name: string) => name.endsWith('.lock')
  const within = (folder: string, names: string[]) => names.map(name => join(folder, name))
  const top = (await entriesOf(repository)).filter(entry => entry.isFile()).map(({ name }) => name)
  const packs = (await entriesOf(join(repository, 'objects/pack'))).map(({ name }) => name)
  return [
    ...top.filter(isLock),
    ...(await filesBelow(repository, 'refs')).filter(isLock),
    ...within(
      'objects/pack',
      packs.filter(name => name.startsWith('tmp_')),
    ),
  ]
}

async function filesBelow(repository: string, folder: string): Promise<string[]> {
  const names: string[] = []
  for (const entry of await entriesOf(join(repository, folder))) {
    const name = join(folder, entry.name)
    if (entry.isDirectory()) names.push(...(await filesBelow(repository, name)))
    else names.push(name)
  }
  return names
}

/** Git takes directories away that have nothing in them any more. */
const entriesOf = (directory: string): Promise<Dirent[]> =>
  readdir(directory, { withFileTypes: true }).catch(() => [])

const statOf = (path: string): BigIntStats | undefined =>
  lstatSync(path, { bigint: true, throwIfNoEntry: false })
