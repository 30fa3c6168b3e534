import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { errorCode } from '../../lib/error-code.ts'

/** Directories that are looked through before others have their turn. */
const atOnce = 50

/**
 * What was added, written, renamed or given other modes below a directory since an instant, in milliseconds, by the system's own time of change, which
 * nobody sets; of what was removed the directory. Quicker by far than what it is by content, for what has tens of thousands of files.
 */
export async function changedSince(top: string, instant: number): Promise<string[]> {
  const changed: string[] = []
  const waiting = [top]
  let looked = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (looked++ % atOnce === 0) await turn()
    if (changeOf(next) > instant) changed.push(next)
    for (const entry of entriesIn(next)) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      else if (changeOf(path) > instant) changed.push(path)
    }
  }
  return changed.sort()
}

const changeOf = (path: string): number => lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0

/** Nothing of a directory that has gone meanwhile. */
function entriesIn(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
