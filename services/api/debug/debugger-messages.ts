import { openPlainFile } from '../../../lib/plain-file.ts'
import { SecretMask } from '../../../lib/secret-mask.ts'
import { type DebuggerMessage, type Said, saidSchema } from '../../contract/debugger-message.ts'
import type { CommandRow } from '../../store/schema.ts'
import { secretsOf } from '../../store/session-secrets.ts'
import type { Context } from '../context.ts'

export type Messages = {
  readonly messages: readonly DebuggerMessage[]
  /** Where to read on. */
  readonly next: number
  /** Whether there is more by now. */
  readonly more: boolean
}

const lineFeed = 10

/**
 * What a debugger has said, from a byte of its file on, up to so many bytes but at least one message. A half line at the
 * beginning or in the middle (of a runner that was killed) is passed over, one at the end is told when it is whole.
 */
export async function debuggerMessages(
  { store, files }: Pick<Context, 'store' | 'files'>,
  { id, session_id }: Pick<CommandRow, 'id' | 'session_id'>,
  from: number,
  most: number,
): Promise<Messages> {
  const file = await openPlainFile(files.debuggerMessages(session_id, id))
  if (file === undefined) return { messages: [], next: from, more: false }
  await using _ = file
  const { size } = await file.stat()
  const bytes = Buffer.alloc(Math.max(0, Math.min(size - from, Math.max(most, longestLine))))
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
  const mask = new SecretMask(Object.values(await secretsOf(store, session_id)))
  const messages: DebuggerMessage[] = []
  let at = 0
  while (at < most) {
    const end = bytes.subarray(0, bytesRead).indexOf(lineFeed, at)
    if (end < 0) break
    const message = messageIn(bytes.subarray(at, end))
    if (message !== undefined) messages.push({ ...masked(message, mask), offset: from + at })
    at = end + 1
  }
  return { messages, next: from + at, more: from + at < size }
}

/** More than any line has. */
const longestLine = 65_536

function messageIn(line: Buffer): Said | undefined {
  try {
    return saidSchema.parse(JSON.parse(line.toString('utf8')))
  } catch {
    return undefined
  }
}

function masked(message: Said, mask: SecretMask): Said {
  if (mask.isEmpty) return message
  const text = Buffer.from(message.text)
  mask.cover(text)
  return { ...message, text: text.toString('utf8') }
}
