import { lstatSync, statSync } from 'node:fs'
import type { Workspace } from '../../config/workspace.ts'
import { errorCode } from '../../lib/error-code.ts'
import { UserError } from '../../lib/user-error.ts'
import { backupStore } from '../../services/store/backup.ts'
import { restoreStore } from '../../services/store/restore.ts'
import { verifyStore } from '../../services/store/verify.ts'
import { unlessLocked } from '../bootstrap/locked-store.ts'
import { holdAtRest, type Waiting } from './at-rest.ts'

/** Copies the store into a file of ours or a new one; what is there already is replaced only where that is asked for. */
export async function backUp(
  { storeFile }: Workspace,
  file: string,
  force: boolean,
): Promise<{ file: string; bytes: number }> {
  try {
    requireFree(file, storeFile, force)
    await backupStore(storeFile, file)
  } catch (error) {
    if (errorCode(error) === undefined || error instanceof UserError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError(`the store cannot be copied into ${file}: ${reason}`, {
      fix: 'name a file in a directory that can be written to, with enough room',
      cause: error,
    })
  }
  return { file, bytes: statSync(file).size }
}

function requireFree(file: string, storeFile: string, force: boolean): void {
  if (isSame(file, storeFile))
    throw new UserError(`${file} is the store itself`, { fix: 'name another file' })
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (there?.isDirectory() === true)
    throw new UserError(`${file} is a directory`, { fix: 'name a file in it' })
  if (there !== undefined && !force)
    throw new UserError(`${file} is there already`, { fix: 'name another file, or replace it with --force' })
}

export type Restored = { kept: string | undefined; pending: readonly string[] }

/** Puts a backup in the place of the store, which no service may use meanwhile. */
export async function restore(workspace: Workspace, file: string, waiting: Waiting): Promise<Restored> {
  const { storeFile } = workspace
  if (isSame(file, storeFile)) throw new UserError(`${file} is the store itself`, { fix: 'name a backup' })
  // Before anybody is kept waiting.
  const { pending } = await verifyStore(file)
  using _ = await holdAtRest(workspace, 'no backup is restored', waiting)
  return { kept: await unlessLocked(storeFile, () => restoreStore(file, storeFile)), pending }
}

function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map(path => statSync(path, { throwIfNoEntry: false }))
  return first !== undefined && second !== undefined && first.dev === second.dev && first.ino === second.ino
}
