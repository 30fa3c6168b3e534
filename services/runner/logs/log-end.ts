import { openPlainFile } from '../../../lib/plain-file.ts'
import { SecretMask } from '../../../lib/secret-mask.ts'

const mostLines = 12
const mostCharacters = 1_500
const mostBytes = 4 * mostCharacters

/** The last lines of a log, with secrets covered as in all of it; empty where there are none. */
export async function logEnd(path: string, secrets: readonly string[]): Promise<string> {
  await using file = await openPlainFile(path)
  if (file === undefined) return ''
  const mask = new SecretMask(secrets)
  const { size } = await file.stat()
  // With what comes before, so that a secret which begins there is seen whole.
  const buffer = Buffer.alloc(Math.min(size, mostBytes + mask.reach))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length)
  const bytes = buffer.subarray(0, bytesRead)
  mask.cover(bytes)
  const text = bytes.subarray(-mostBytes).toString('utf8')
  return wholeLines(text.trimEnd().split('\n').slice(-mostLines).join('\n'))
}

/** As many of the last lines as may be told; the end of one that is longer than that by itself. */
function wholeLines(text: string): string {
  if (text.length <= mostCharacters) return text
  const first = text.indexOf('\n', text.length - mostCharacters - 1)
  return first === -1 ? text.slice(-mostCharacters) : text.slice(first + 1)
}
