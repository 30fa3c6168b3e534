import { lstat, readdir } from 'node:fs/promises'
import { below } from '../../lib/byte-path.ts'

/**
 * What a directory takes on disk, in bytes. A file with several names counts once; what goes away meanwhile does not. Names
 * are bytes: they are in no encoding.
 */
export async function directoryBytes(directory: string, signal: AbortSignal): Promise<number> {
  const counted = new Set<number>()
  let bytes = 0
  const waiting: Buffer[] = [Buffer.from(directory)]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    signal.throwIfAborted()
    const entries = await readdir(next, { withFileTypes: true, encoding: 'buffer' }).catch(() => [])
    for (const entry of entries) {
      const path = below(next, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      const found = await lstat(path).catch(() => undefined)
      if (found === undefined || (found.nlink > 1 && !entry.isDirectory() && counted.has(found.ino))) continue
      if (found.nlink > 1) counted.add(found.ino)
      bytes += found.blocks * 512
    }
  }
  return bytes
}
