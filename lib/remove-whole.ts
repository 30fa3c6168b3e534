import { randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCode } from './error-code.ts'
import { removeTree } from './remove-tree.ts'

/**
 * Removes what has this name, whole or not at all: it loses the name first, so that what a kill leaves is taken for
 * nothing. A symbolic link is removed, never followed.
 */
export async function removeWhole(path: string): Promise<void> {
  const removed = join(dirname(path), `.removed-${randomBytes(6).toString('hex')}`)
  try {
    renameSync(path, removed)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  await removeTree(removed)
}
