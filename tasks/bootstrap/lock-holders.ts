import { readFileSync, statSync } from 'node:fs'
import { processText } from '../process-text.ts'

/**
 * Who holds a write lock on a SQLite database, by `/proc/locks`: `pid 17 (node services/api/main.ts)`. Empty where
 * nobody does, and where the system does not tell.
 */
export function lockHolders(path: string): string[] {
  let table: string
  try {
    table = readFileSync('/proc/locks', 'utf8')
  } catch {
    return []
  }
  const inodes = [path, `${path}-shm`].flatMap(file => {
    const stat = statSync(file, { throwIfNoEntry: false })
    return stat === undefined ? [] : [stat.ino]
  })
  return writersIn(table, new Set(inodes))
    .filter(pid => pid !== process.pid)
    .map(pid => processText(pid))
}

/** `1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`. The device is left out: two of one inode number are told apart rarely. */
export function writersIn(table: string, inodes: ReadonlySet<number>): number[] {
  const pids = table.split('\n').flatMap(line => {
    const [, pid, inode] = /\bWRITE\s+(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line) ?? []
    return pid !== undefined && inode !== undefined && inodes.has(Number(inode)) ? [Number(pid)] : []
  })
  return [...new Set(pids)]
}
