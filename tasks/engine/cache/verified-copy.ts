import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  writeFileSync,
} from 'node:fs'
import { chmod, copyFile, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../../../lib/error-code.ts'
import { makeDirectory } from '../../../lib/make-directory.ts'
import { sha256, startSha256 } from '../sha256.ts'

/**
 * Below this a file is read, hashed and written in one go, which takes a quarter of the time of a copy by the system
 * and waits for no thread. Above it the system copies, sharing blocks where the file system can, and what has arrived
 * is hashed piece by piece.
 */
const small = 1024 * 1024

const piece = 256 * 1024

/** What a file is to consist of. */
export interface Content {
  readonly size: number
  readonly digest: string
}

/** The bytes of a plain file of this content; undefined where there is none, or another. */
export function readVerified(path: string, { size, digest }: Content): Buffer | undefined {
  const bytes = readPlain(path, size)
  return bytes !== undefined && sha256(bytes) === digest ? bytes : undefined
}

/**
 * Copies a plain file to a new one, and says whether this is the content that it copied: what it has verified is the
 * copy. Where it says no, and where it throws, `to` may be there, with whatever.
 */
export async function copyVerified(
  from: string,
  to: string,
  content: Content,
  mode: number,
): Promise<boolean> {
  if (content.size < small) {
    const bytes = readVerified(from, content)
    if (bytes !== undefined) writeNew(to, bytes, mode)
    return bytes !== undefined
  }
  try {
    const stat = lstatSync(from)
    if (!stat.isFile() || stat.size !== content.size) return false
    makeDirectory(dirname(to))
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
  await chmod(to, 0o600)
  const digest = await digestOf(to)
  if (mode !== 0o600) await chmod(to, mode)
  return digest === content.digest
}

/** Writes a file that is not there yet, and its directory where that is missing. */
export function writeNew(path: string, content: string | Uint8Array, mode = 0o600): void {
  const file = inDirectory(path, () => openSync(path, 'wx', 0o600))
  try {
    writeFileSync(file, content)
    if (mode !== 0o600) fchmodSync(file, mode)
  } finally {
    closeSync(file)
  }
}

/** Makes the directory of a path when, and only when, an action turns out to miss it. */
export function inDirectory<R>(path: string, action: () => R): R {
  try {
    return action()
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
  makeDirectory(dirname(path))
  return action()
}

/** The bytes of a plain file of this size, or of any; undefined where there is none. Never waits for a pipe's writer. */
export function readPlain(path: string, size?: number): Buffer | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile() || (size !== undefined && stat.size !== size)) return undefined
    const bytes = Buffer.allocUnsafe(stat.size)
    let length = 0
    for (let read = -1; read !== 0 && length < stat.size; length += read)
      read = readSync(file, bytes, length, stat.size - length, null)
    return bytes.subarray(0, length)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  } finally {
    closeSync(file)
  }
}

/** Nothing of this name, nothing that is a plain file, or nothing that the disk can still read. */
const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR', 'EIO'].includes(errorCode(error) ?? '')

async function digestOf(path: string): Promise<string> {
  await using file = await open(path)
  const hash = startSha256()
  const buffer = Buffer.allocUnsafe(piece)
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, piece, null)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
  }
}
