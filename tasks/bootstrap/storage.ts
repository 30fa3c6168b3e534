import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Workspace } from '../../config/workspace.ts'
import { makeDirectory } from '../../lib/make-directory.ts'
import { UserError } from '../../lib/user-error.ts'
import { migrate } from '../../services/store/migrate.ts'

/** Makes the directories, proves that SQLite works in them, and brings the store to the current schema. */
export async function prepareStorage(workspace: Workspace): Promise<{ migrated: string[] }> {
  for (const directory of [workspace.artifacts, workspace.dataDirectory, dirname(workspace.storeFile)])
    try {
      makeDirectory(directory)
    } catch (error) {
      throw unusable(directory, error)
    }
  proveReadWrite(workspace.storeFile)
  return { migrated: await migrate(workspace.storeFile) }
}

/** Writes a value, reads it back over another connection, and takes it away: beside the store, in its file system. */
function proveReadWrite(storeFile: string): void {
  const file = `${storeFile}.proof-${randomUUID()}`
  try {
    using writer = new DatabaseSync(file)
    const mode = writer.prepare('pragma journal_mode = wal').get()?.journal_mode
    if (mode !== 'wal') throw new Error(`SQLite cannot use a write-ahead log there (journal mode ${mode})`)
    writer.exec("create table proof (value text); insert into proof values ('written')")
    using reader = new DatabaseSync(file, { readOnly: true })
    const row = reader.prepare('select value from proof').get()
    if (row?.value !== 'written') throw new Error('what was written could not be read back')
  } catch (error) {
    throw unusable(storeFile, error)
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  }
}

function unusable(path: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new UserError(`the store cannot be kept at ${path}: ${reason}`, {
    fix: 'make it writable, or set storage.data_dir and storage.sqlite_path in config/bootstrap.local.toml',
    cause,
  })
}
