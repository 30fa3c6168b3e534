import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from './error-code.ts'

/** Nothing of this name, or nothing that can be read there; never a shortage of ours, such as of descriptors. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENXIO'])

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

const isAbsent = (error: unknown): boolean => absent.has(errorCode(error) ?? '')

/**
 * Opens a file for reading in a place that a program we do not trust may write to. Undefined where there is no plain
 * file: a symbolic link could lead anywhere, and a pipe would keep a thread waiting for its writer for ever.
 */
export async function openPlainFile(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle
  try {
    file = await open(path, flags)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  return undefined
}

/**
 * The first bytes of such a file, as many as `most`, in one go: for a small one on a disk of this machine, where a trip to
 * the thread pool takes many times as long as the reading. Undefined where there is no plain file.
 */
export function readPlainFile(path: string, most: number): Buffer | undefined {
  let file: number
  try {
    file = openSync(path, flags)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  try {
    if (!fstatSync(file).isFile()) return undefined
    const buffer = Buffer.alloc(most)
    return buffer.subarray(0, readSync(file, buffer, 0, most, 0))
  } finally {
    closeSync(file)
  }
}
