import { copyFileSync, existsSync, linkSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorCode } from '../../lib/error-code.ts'
import { isSqliteBusy } from '../../lib/sqlite-busy.ts'
import { copyStore, syncDirectory } from './backup.ts'
import { whileBusy } from './busy.ts'
import { openReadOnly } from './read-only.ts'
import { verifyStore } from './verify.ts'

/**
 * Puts a backup in the place of a store that no service uses. The store that was there is kept beside it; returns where,
 * or undefined where there was none. At every moment the one or the other is in place.
 */
export async function restoreStore(
  backup: string,
  store: string,
  busyMs?: number,
): Promise<string | undefined> {
  await verifyStore(backup)
  using source = openReadOnly(backup)
  await using copy = await copyStore(source, store)
  if (!existsSync(store)) {
    renameSync(copy.path, store)
    syncDirectory(dirname(store))
    return undefined
  }
  using _ = await whileBusy(async () => takeWhole(store), busyMs)
  const kept = keptName(store)
  // What could not be folded into the store goes with it; with another store it would be taken for that one's.
  for (const suffix of ['-wal', '-shm'])
    if (existsSync(store + suffix)) renameSync(store + suffix, kept + suffix)
  keep(store, kept)
  renameSync(copy.path, store)
  syncDirectory(dirname(store))
  return kept
}

/**
 * Holds a store that all others are locked out of, with its write-ahead log folded into it. A store that is damaged
 * cannot be locked, and is no reason not to restore another one.
 */
function takeWhole(store: string): Disposable {
  const database = new DatabaseSync(store, { timeout: 0 })
  try {
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = delete; begin exclusive')
    return database
  } catch (error) {
    database.close()
    if (isSqliteBusy(error)) throw error
    return { [Symbol.dispose]: () => {} }
  }
}

function keptName(store: string): string {
  for (let count = 1; ; count++) {
    const name = `${store}.before-restore${count === 1 ? '' : `-${count}`}`
    if (!existsSync(name)) return name
  }
}

/** A second name for the file; a copy where the file system has no such thing. */
function keep(path: string, name: string): void {
  try {
    linkSync(path, name)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? '')) throw error
    copyFileSync(path, name)
  }
}
