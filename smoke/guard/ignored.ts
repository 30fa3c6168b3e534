import { lstatSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { entriesIn } from './changed-since.ts'
import { type Snapshot, snapshotOf } from './snapshot.ts'

/** What would take too long to walk through is compared as far as this. */
const entriesAtMost = 200_000
/** Directories that are looked through before others have their turn. */
const atOnce = 50

/** What whoever works there writes into while a smoke runs, the harness included: what programs write at run time, and what tools keep to be quicker the next time. */
const written = new Set(['.artifacts', '.cache', '.tap', '.turbo', '.vite', '__pycache__'])

/**
 * What git ignores of a checkout, as it tells them: files by content, directories (they end with a slash) by kind, mode, size and time of change of all that is in
 * them, for these may hold tens of thousands of files.
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
    for (const entry of entriesIn(join(root, next))) {
      if (count++ >= entriesAtMost) return { ...entries, '…': 'and more than can be looked at' }
      const path = `${next}/${entry.name}`
      const found = lstatSync(join(root, path), { throwIfNoEntry: false })
      if (found === undefined || (found.isDirectory() && written.has(entry.name))) continue
      entries[path] = factsOf(found)
      if (found.isDirectory()) waiting.push(path)
    }
  }
  return entries
}

/** What is in a directory is told by itself, and how large that is depends on the file system. */
const factsOf = (found: Stats): string =>
  found.isDirectory()
    ? `directory ${found.mode.toString(8)}`
    : `${found.mode.toString(8)} ${found.size} ${found.mtimeMs}`
