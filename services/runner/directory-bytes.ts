import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What a directory takes on disk, in bytes. A file with several names counts once; what goes away meanwhile does not. */
export async function directoryBytes(directory: string, signal: AbortSignal): Promise<number> {
  const counted = new Set<number>()
  let bytes = 0
  const waiting = [directory]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    signal.throwIfAborted()
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      const found = await lstat(path).catch(() => undefined)
      if (found === undefined || (found.nlink > 1 && !entry.isDirectory() && counted.has(found.ino))) continue
      if (found.nlink > 1) counted.add(found.ino)
      bytes += found.blocks * 512
    }
  }
  return bytes
}
