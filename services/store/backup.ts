import { randomBytes } from 'node:crypto'
import { closeSync, constants, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { makeDirectory } from '../../lib/make-directory.ts'
import { UserError } from '../../lib/user-error.ts'
import { verifyStore } from './verify.ts'

/** All pages in one step: a snapshot. In several, each write of a service in between would begin the copy anew. */
const allPages = 2 ** 30

/**
 * Copies a store while services use it, by SQLite's own online backup, and verifies the copy before it gets its name:
 * at `to` there is the whole of it or nothing. What is there already is replaced.
 */
export async function backupStore(from: string, to: string): Promise<void> {
  if (!existsSync(from))
    throw new UserError(`there is no store at ${from}`, { fix: 'run: npx task bootstrap' })
  // Opened as services open it: read-only, SQLite would leave files of its own where no service is at work.
  using source = new DatabaseSync(from, { timeout: 500 })
  await using copy = await copyStore(source, to)
  renameSync(copy.path, to)
  syncDirectory(dirname(to))
}

/** A verified copy beside the place it is meant for. Disposing removes what has not been moved away. */
export async function copyStore(
  source: DatabaseSync,
  to: string,
): Promise<AsyncDisposable & { readonly path: string }> {
  makeDirectory(dirname(to))
  const path = join(dirname(to), `.${basename(to)}.${randomBytes(6).toString('hex')}`)
  const remove = () => {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  }
  try {
    // Made first, for its owner alone: SQLite keeps the mode of what is there.
    closeSync(openSync(path, 'wx', 0o600))
    await backup(source, path, { rate: allPages })
    await verifyStore(path)
    syncFile(path)
    return { path, [Symbol.asyncDispose]: async () => remove() }
  } catch (error) {
    remove()
    throw error
  }
}

export function syncDirectory(path: string): void {
  sync(path, constants.O_RDONLY | constants.O_DIRECTORY)
}

const syncFile = (path: string): void => sync(path, constants.O_RDWR)

function sync(path: string, flags: number): void {
  const file = openSync(path, flags)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
