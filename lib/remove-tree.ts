import { randomBytes } from 'node:crypto'
import { chmod, lstat, readdir, rename, rm } from 'node:fs/promises'
import { below } from './byte-path.ts'
import { errorCode } from './error-code.ts'

/** In bytes, below what is removed. A directory with a longer path is moved up: no path may have more than 4,096, on macOS 1,024. */
const longestPath = 500

/**
 * Removes a directory with all that is in it, also where directories in it are write-protected (as package caches are), or lie so
 * deep that no path leads there. A symbolic link is removed, never followed.
 */
export async function removeTree(path: string): Promise<void> {
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 })
  try {
    await remove()
  } catch {
    await makeRemovable(path)
    await remove()
  }
}

/**
 * Makes directories writable, and has none too deep. Names are bytes: they are in no encoding. What is not there any more
 * needs nothing: a removal that has failed still removes, beside this, what it had begun to.
 */
async function makeRemovable(top: string): Promise<void> {
  const waiting: Buffer[] = [Buffer.from(top)]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    try {
      if (!(await lstat(next)).isDirectory()) continue
      await chmod(next, 0o700)
      for (const entry of await readdir(next, { withFileTypes: true, encoding: 'buffer' })) {
        if (!entry.isDirectory()) continue
        const directory = below(next, entry.name)
        waiting.push(directory.length - top.length > longestPath ? await movedUp(top, directory) : directory)
      }
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
}

async function movedUp(top: string, directory: Buffer): Promise<Buffer> {
  // Its own right to write is needed: what leads to its parent is written in it.
  await chmod(directory, 0o700)
  const moved = below(Buffer.from(top), Buffer.from(`deep-${randomBytes(6).toString('hex')}`))
  await rename(directory, moved)
  return moved
}
