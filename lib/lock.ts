import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
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
  makeDirectory(dirname(path))
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    for (let told = false; ; told = true) {
      signal?.throwIfAborted()
      if (tryLock(database)) return { [Symbol.dispose]: () => database.close() }
      if (!told) onWait?.()
      await delay(100, undefined, signal === undefined ? {} : { signal })
    }
  } catch (error) {
    database.close()
    throw error
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('begin exclusive')
    return true
  } catch (error) {
    if (isSqliteBusy(error)) return false
    throw error
  }
}
