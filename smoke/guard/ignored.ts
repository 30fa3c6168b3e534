import { existsSync, lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { errorCode } from '../../lib/error-code.ts'
import { type Snapshot, snapshotOf } from './snapshot.ts'

/** What would take too long to walk through is compared as far as this. */
const entriesAtMost = 200_000
/** Directories that are looked through before others have their turn. */
const atOnce = 50

/**
 * What whoever works there writes into while a smoke runs, the harness included: what programs write at run time, what tools keep to be quicker the next
 * time, and what an editor writes when it loses sight of its window.
 */
const written = new Set([
  ...['.artifacts', '.cache', '.idea', '.mypy_cache', '.pytest_cache', '.ruff_cache'],
  ...['.tap', '.turbo', '.vite', '__pycache__'],
])

/**
 * What git ignores of a checkout, as it tells them: files by content, directories (they end with a slash) by kind, mode, size and time of change of all that is in
 * them, for these may hold tens of thousands of files. Another checkout among these, such as a worktree, is none of this one, and somebody may work there; what may not
 * be looked at, such as the data of a container, is what nothing that a smoke starts can change either.
 */
export async function ignoredSnapshot(root: string, ignored: readonly string[]): Promise<Snapshot> {
  const entries: Record<string, string> = {}
  const waiting: string[] = []
  for (const path of ignored) {
    if (path.split('/').some(name => written.has(name))) continue
    if (path.endsWith('/')) waiting.push(path.slice(0, -1))
    else for (const facts of Object.values(await snapshotOf(join(root, path)))) entries[path] = facts
  }
  let [looked, count] = [0, 0]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (looked++ % atOnce === 0) await turn()
    if (existsSync(join(root, next, '.git'))) continue
    for (const name of present(() => readdirSync(join(root, next))) ?? []) {
      if (count++ >= entriesAtMost) return { ...entries, '…': 'and more than can be looked at' }
      const path = `${next}/${name}`
      const found = present(() => lstatSync(join(root, path)))
      if (found === undefined || (found.isDirectory() && written.has(name))) continue
      entries[path] = factsOf(found)
      if (found.isDirectory()) waiting.push(path)
    }
  }
  return entries
}

/** Undefined for what has gone meanwhile, or may not be looked at. */
function present<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
}

/** What is in a directory is told by itself, and how large that is depends on the file system. */
const factsOf = (found: Stats): string =>
  found.isDirectory()
    ? `directory ${found.mode.toString(8)}`
    : `${found.mode.toString(8)} ${found.size} ${found.mtimeMs}`
