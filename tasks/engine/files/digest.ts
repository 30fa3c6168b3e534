import { closeSync, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { sha256, startSha256 } from '../sha256.ts'
import { type FileLook, lookAt, lookOf, lookThrough, sameLook } from './file-look.ts'

const chunkBytes = 1 << 20

export interface Digested {
  readonly digest: string
  /** What the file was while it was read. */
  readonly look: FileLook
}

/**
 * The digest of a file's content, of a link's text, or of nothing for a directory, with the look that belongs to it. A
 * file that changes while it is read is read again, a few times. Undefined where there is none any more. Throws for a
 * file that cannot be read.
 */
export function digestFile(path: string, follow: boolean): Digested | undefined {
  const own = lookAt(path)
  if (own === undefined) return undefined
  if (own.kind === 'link') {
    // What leads to anything but a file counts by where it leads.
    const look = follow ? lookThrough(path) : own
    if (look?.kind !== 'file' && look?.kind !== 'executable') return digestLink(path, look ?? own)
  }
  if (own.kind === 'directory') return { digest: sha256(''), look: own }
  if (own.kind === 'other') return undefined // reading a pipe would wait for ever
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (own.kind === 'link' && isMissing(error)) return digestLink(path, own)
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    for (let attempt = 0; ; attempt++) {
      const look = lookOf(fstatSync(file))
      if (look.kind === 'directory' || look.kind === 'other') return undefined
      const digest = digestOpen(file, look.size)
      if (sameLook(look, lookOf(fstatSync(file))) || attempt === 3) return { digest, look }
    }
  } finally {
    closeSync(file)
  }
}

function digestLink(path: string, look: FileLook): Digested | undefined {
  try {
    return { digest: sha256(readlinkSync(path)), look }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Read from its beginning, in one piece where that is small. */
function digestOpen(file: number, size: number): string {
  const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size + 1))
  let at = readSync(file, chunk, 0, chunk.length, 0)
  if (at < chunk.length) return sha256(chunk.subarray(0, at))
  const hash = startSha256().update(chunk.subarray(0, at))
  for (let read = at; read > 0; at += read) {
    read = readSync(file, chunk, 0, chunk.length, at)
    hash.update(chunk.subarray(0, read))
  }
  return hash.digest('hex')
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code))
  )
}
