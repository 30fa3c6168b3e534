import { openPlainFile } from '../../../lib/plain-file.ts'

/** Enough that a secret which begins before what is told is seen whole. */
const mostBytes = 65_536
const mostLines = 12
const mostCharacters = 1_500

/** The last lines of a log, with secrets covered; empty where there are none. */
export async function logEnd(path: string, secrets: readonly string[]): Promise<string> {
  await using file = await openPlainFile(path)
  if (file === undefined) return ''
  const { size } = await file.stat()
  const buffer = Buffer.alloc(Math.min(size, mostBytes))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length)
  let text = buffer.subarray(0, bytesRead).toString('utf8')
  for (const secret of secrets) text = text.replaceAll(secret, '*'.repeat(secret.length))
  return text.trimEnd().split('\n').slice(-mostLines).join('\n').slice(-mostCharacters)
}
