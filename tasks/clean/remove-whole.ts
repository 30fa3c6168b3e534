import { randomBytes } from 'node:crypto'
import { chmodSync, lstatSync, readdirSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../../lib/error-code.ts'

/**
 * Removes what has this name, whole or not at all: it loses the name first, so that what a kill leaves is taken for
 * nothing. A symbolic link is removed, never followed. Directories that are write-protected, as caches of packages are,
 * are removed as well.
 */
export async function removeWhole(path: string): Promise<void> {
  const removed = join(dirname(path), `.removed-${randomBytes(6).toString('hex')}`)
  try {
    renameSync(path, removed)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  const remove = () => rm(removed, { recursive: true, force: true, maxRetries: 3 })
  try {
    await remove()
  } catch {
    makeWritable(removed)
    await remove()
  }
}

function makeWritable(path: string): void {
  if (!lstatSync(path).isDirectory()) return
  chmodSync(path, 0o700)
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) makeWritable(join(path, entry.name))
}
