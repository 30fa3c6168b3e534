import { randomUUID } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { whileBusy } from '../../services/store/busy.ts'
import { damageIn } from '../../services/store/look.ts'

/**
 * Writes a value, reads it back over another connection, checks what was written, and takes it away: beside the store,
 * in its file system. Throws what SQLite throws. What a proof that was killed has left is removed.
 */
export function proveReadWrite(storeFile: string): void {
  const file = `${storeFile}.proof-${randomUUID()}`
  try {
    using writer = new DatabaseSync(file)
    // Whether it survives a loss of power is not what is proven, and waiting for the disk would take most of the time.
    writer.exec('pragma synchronous = off')
    const mode = writer.prepare('pragma journal_mode = wal').get()?.journal_mode
    if (mode !== 'wal') throw new Error(`SQLite cannot use a write-ahead log there (journal mode ${mode})`)
    writer.exec("create table proof (value text); insert into proof values ('written')")
    using reader = new DatabaseSync(file, { readOnly: true })
    const row = reader.prepare('select value from proof').get()
    if (row?.value !== 'written') throw new Error('what was written could not be read back')
    const check = reader.prepare('pragma integrity_check').get()?.integrity_check
    if (check !== 'ok') throw new Error(`what was written is damaged: ${check}`)
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  }
}

/**
 * Takes the store's write lock and gives it back, so that a store which somebody keeps locked, or which may not be
 * written to, is told before a service needs it. Throws a StoreBusyError after so many milliseconds.
 */
export async function proveWritable(storeFile: string, busyMs: number): Promise<void> {
  await whileBusy(async () => {
    using database = new DatabaseSync(storeFile, { timeout: 0 })
    database.exec('begin immediate; rollback')
  }, busyMs)
}

/** A proof takes milliseconds; one this old, in milliseconds, was killed. */
const abandoned = 60_000

export function removeAbandonedProofs(storeFile: string, now: number): void {
  const directory = dirname(storeFile)
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(`${basename(storeFile)}.proof-`)) continue
    const path = join(directory, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat !== undefined && now - stat.mtimeMs > abandoned) rmSync(path, { force: true })
  }
}

/** Above this size, in bytes, the whole integrity check would take longer than a start may. */
const big = 64 * 2 ** 20

/** What is damaged in the store itself: empty where nothing is. */
export const storeDamage = (storeFile: string): string[] =>
  damageIn(storeFile, statSync(storeFile).size > big ? 'quick' : 'full')
