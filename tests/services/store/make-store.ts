import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeDirectory } from '../../../lib/make-directory.ts'
import { migrate } from '../../../services/store/migrate.ts'

let made: Promise<Buffer> | undefined

/**
 * Makes a store with nothing in it, as bootstrap does. All migrations take a tenth of a second and several waits for the
 * disk, so that only the first one of a test file goes through them, and the others are copies of it.
 */
export async function makeStore(path: string): Promise<void> {
  made ??= migrated()
  const bytes = await made
  makeDirectory(dirname(path))
  writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' })
}

async function migrated(): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'made-store-'))
  try {
    const path = join(directory, 'store.db')
    await migrate(path)
    // Whoever closes a store last leaves all of it in this one file.
    if (existsSync(`${path}-wal`)) throw new Error(`${path} is still open`)
    return readFileSync(path)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
