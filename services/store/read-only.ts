import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/**
 * Opens a database for reading, without a trace.
 *
 * A reader of a database in WAL mode makes `-wal` and `-shm` where they are missing, and leaves them. They are missing
 * where nobody has the database open, so that it is whole and at rest: `immutable`. Where they are there the index is
 * read as it is, or rebuilt in memory (`readonly_shm`). See https://sqlite.org/wal.html#readonly
 */
export function openReadOnly(path: string): DatabaseSync {
  const url = pathToFileURL(path)
  url.search = isInUse(path) ? '?mode=ro&readonly_shm=1' : '?immutable=1'
  return new DatabaseSync(url, { readOnly: true, timeout: 500 })
}

const isInUse = (path: string): boolean => existsSync(`${path}-wal`) && existsSync(`${path}-shm`)

/** Reads a database without a trace; once more where somebody opened it, or was the last to close it, meanwhile. */
export function readDatabase<T>(path: string, work: (database: DatabaseSync) => T): T {
  for (let again = 3; ; again--) {
    const inUse = isInUse(path)
    try {
      using database = openReadOnly(path)
      return work(database)
    } catch (error) {
      if (again === 0 || inUse === isInUse(path)) throw error
    }
  }
}
