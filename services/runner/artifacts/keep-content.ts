import { createHash, randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LeftOutReason } from '../../contract/artifact-resources.ts'

export type KeptContent =
  | { ok: true; sha256: string; bytes: number; path: string }
  | { ok: false; reason: LeftOutReason }

const chunkBytes = 256 * 1024

/**
 * Copies a file into `directory`, under the SHA-256 of its bytes: whole or not at all, whoever is killed meanwhile. It is
 * not waited for the disk, which of a thousand small files would take longer than all else: what a machine that loses its
 * power may take away, its hash tells. One that is larger than `most`, also because it grows meanwhile, is not kept. `permit` throws where nothing may
 * be put there any more.
 */
export async function keepContent(
  source: FileHandle,
  directory: string,
  { most, inTime, permit }: { most: number; inTime: () => boolean; permit: () => void },
): Promise<KeptContent> {
  if ((await source.stat()).size > most) return { ok: false, reason: 'too_large' }
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const draft = join(directory, `.draft-${randomBytes(6).toString('hex')}`)
  try {
    const copied = await copy(source, draft, most, inTime)
    if (!copied.ok) return copied
    permit()
    const path = join(directory, copied.sha256)
    renameSync(draft, path)
    return { ...copied, path }
  } finally {
    await rm(draft, { force: true })
  }
}

async function copy(
  source: FileHandle,
  draft: string,
  most: number,
  inTime: () => boolean,
): Promise<{ ok: true; sha256: string; bytes: number } | { ok: false; reason: LeftOutReason }> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(chunkBytes)
  await using target = await open(draft, 'wx', 0o600)
  let bytes = 0
  for (;;) {
    const read = await readInto(source, buffer, bytes)
    if (read === undefined) return { ok: false, reason: 'unreadable' }
    if (read === 0) break
    if (!inTime()) return { ok: false, reason: 'late' }
    const chunk = buffer.subarray(0, read)
    bytes += read
    if (bytes > most) return { ok: false, reason: 'too_large' }
    hash.update(chunk)
    await target.writeFile(chunk)
  }
  return { ok: true, sha256: hash.digest('hex'), bytes }
}

/** Undefined where the source cannot be read; an error of the target is ours, and thrown. */
async function readInto(source: FileHandle, buffer: Buffer, position: number): Promise<number | undefined> {
  try {
    return (await source.read(buffer, 0, buffer.length, position)).bytesRead
  } catch {
    return undefined
  }
}
