import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** Takes away what a log has behind its first `size` bytes. What is no plain file is left alone. */
export async function cutLog(path: string, size: number): Promise<void> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return // the command could remove its own log
  }
  try {
    const found = await file.stat()
    if (found.isFile() && found.size > size) await file.truncate(size)
  } finally {
    await file.close()
  }
}
