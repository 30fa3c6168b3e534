import { type FileHandle, lstat, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { openPlainFile } from '../../../lib/plain-file.ts'
import { compressed } from '../../../lib/seekable-zstd/compress.ts'
import { CompressedFile } from '../../../lib/seekable-zstd/compressed-file.ts'

/** What a reader decompresses at a time, in bytes: no more than it is told at a time as text. */
const blockBytes = 262_144

/** A file takes at least this much on disk: compressing less saves nothing. */
const smallest = 4_096

export type CompressibleLog = {
  readonly plain: string
  readonly compressed: string
  /** How much of it counts, in bytes. */
  readonly length: number
}

/**
 * Replaces a log by itself compressed, where it is large enough; tells what it then takes on disk. A reader finds one or
 * the other at any moment: the plain file goes when the compressed one is whole and has been opened once. What a kill
 * leaves, the next call tidies up and does again. `mayGoOn` throws where the caller may not any more.
 *
 * Takes half of one processor at the most: after each block it rests for as long as that took.
 */
export async function compressLog(log: CompressibleLog, mayGoOn: () => void): Promise<number> {
  await removeDrafts(log.compressed)
  await using file = await openPlainFile(log.plain)
  // It was done before, or its command has taken it away.
  if (file === undefined) return sizeOf(log.compressed)
  const length = Math.min(log.length, (await file.stat()).size)
  if (length < smallest) return length
  await writeAtomically(log.compressed, compressed(blocksOf(file, length, mayGoOn)), {
    expectDirectory: true,
  })
  await requireLength(log.compressed, length)
  mayGoOn()
  await rm(log.plain, { force: true })
  return sizeOf(log.compressed)
}

async function* blocksOf(file: FileHandle, length: number, mayGoOn: () => void): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += blockBytes) {
    mayGoOn()
    const began = performance.now()
    const wanted = Math.min(blockBytes, length - at)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, at)
    if (bytesRead < wanted) throw new Error('a log has become shorter while it was compressed')
    yield buffer
    await delay(performance.now() - began)
  }
}

/** Throws where the file is not what was meant to be written. */
async function requireLength(path: string, length: number): Promise<void> {
  await using file = await CompressedFile.open(path)
  if (file?.size !== length) throw new Error(`a compressed log has ${file?.size} bytes in place of ${length}`)
}

/** What writers left that were killed. */
export async function removeDrafts(path: string): Promise<void> {
  const directory = dirname(path)
  const beginning = `.${basename(path)}.`
  for (const name of await readdir(directory).catch(() => []))
    if (name.startsWith(beginning)) await rm(join(directory, name), { force: true })
}

async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isFile() ? found.size : 0
}
