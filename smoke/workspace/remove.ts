import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../lib/error-code.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { isLockFile, markerName, type Places } from './places.ts'

/** What cannot be removed for this reason is not there, or belongs to whoever took the place just now. */
const harmless = new Set(['ENOENT', 'ENOTEMPTY', 'EEXIST'])

/** A mount, or in a directory that is somebody else's: it was there before, and is as empty as then. */
const fixed = new Set(['EBUSY', 'EACCES', 'EPERM', 'EROFS'])

/** Of what was written while the rest was removed. Where that does not end, the marker stays: without it nobody would ever remove it. */
const rounds = 3

/**
 * Removes a workspace whose lock is held. The marker goes after all else, so that what a kill leaves of it is still known for
 * what it is, and the lock after the marker, so that nobody moves in meanwhile. Of a directory that stays itself, what is returned says why.
 */
export async function removeWorkspace({ workspace, marker, lock }: Places): Promise<string | undefined> {
  const left = async () => (await namesIn(workspace)).filter(name => name !== markerName && !isLockFile(name))
  for (let round = 0, names = await left(); names.length > 0; names = await left(), round++) {
    if (round === rounds)
      throw new Error(`${workspace} cannot be removed: somebody writes ${names[0]} into it`)
    for (const name of names) await removeTree(join(workspace, name))
  }
  await rm(marker, { force: true })
  await rm(lock, { force: true })
  await rm(`${lock}-journal`, { force: true })
  try {
    await rmdir(workspace)
  } catch (error) {
    const code = errorCode(error) ?? ''
    if (fixed.has(code)) return `${workspace} stays, and is empty: the system does not remove it (${code})`
    if (!harmless.has(code)) throw error
  }
  return undefined
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
