import { closeSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from './error-code.ts'
import { makeDirectory } from './make-directory.ts'
import { isSqliteBusy } from './sqlite-busy.ts'

/**
 * A lock between processes of one host: SQLite's exclusive lock on an empty database. The kernel releases it when its
 * holder dies, however it dies, so no lock is ever stale and there is nothing to clean up.
 */
export type HeldLock = Disposable

export type LockOptions = {
  signal?: AbortSignal
  /** Told once, when another process holds the lock. */
  onWait?: () => void
}

export async function acquireLock(path: string, { signal, onWait }: LockOptions = {}): Promise<HeldLock> {
  for (let told = false; ; told = true) {
    signal?.throwIfAborted()
    const lock = tryToLock(path)
    if (lock !== undefined) return lock
    if (!told) onWait?.()
    await delay(100, undefined, signal === undefined ? {} : { signal })
  }
}

/**
 * Undefined where another process holds the lock. Opens and tries, anew each time: the file may have been removed by
 * whoever held it, and another be in its place.
 */
export function tryToLock(path: string): HeldLock | undefined {
  makeDirectory(dirname(path))
  let before: number | undefined
  let database: DatabaseSync | undefined
  try {
    makeFile(path)
    before = inodeOf(path)
    const opened = new DatabaseSync(path, { timeout: 0 })
    database = opened
    // A lock on a file without a name locks nobody out. Ours cannot be given another inode while it is open.
    if (tryLock(opened) && before !== undefined && before === inodeOf(path))
      return { [Symbol.dispose]: () => opened.close() }
  } catch (error) {
    database?.close()
    if (isRemoved(path, before, error)) return undefined
    throw error
  }
  database.close()
  return undefined
}

/** Whether whoever held the lock has taken away the file, or its directory, since it was looked for: `clean` does. */
const isRemoved = (path: string, before: number | undefined, error: unknown): boolean =>
  errorCode(error) === 'ENOENT' || inodeOf(path) !== before || inodeOf(dirname(path)) === undefined

/** Touches no file that is there: closing one would give up the lock that this very process may hold on it. */
function makeFile(path: string): void {
  if (inodeOf(path) !== undefined) return
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('begin exclusive')
    return true
  } catch (error) {
    if (isSqliteBusy(error)) return false
    throw error
  }
}
