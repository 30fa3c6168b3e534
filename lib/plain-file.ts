import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from './error-code.ts'

/** Nothing of this name, or nothing that can be read there; never a shortage of ours, such as of descriptors. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENXIO'])

/**
 * Opens a file for reading in a place that a program we do not trust may write to. Undefined where there is no plain
 * file: a symbolic link could lead anywhere, and a pipe would keep a thread waiting for its writer for ever.
 */
export async function openPlainFile(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (absent.has(errorCode(error) ?? '')) return undefined
    throw error
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  return undefined
}
