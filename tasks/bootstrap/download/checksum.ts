import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** The SHA-256 of a file, in lower-case hexadecimal digits. */
export async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash, { signal })
  return hash.digest('hex')
}

/** The checksum in what `sha256sum` writes: its first field. Undefined where that is no SHA-256. */
export function parseChecksum(text: string): string | undefined {
  const field = text.trim().split(/\s/, 1)[0] ?? ''
  return /^[0-9a-f]{64}$/i.test(field) ? field.toLowerCase() : undefined
}
