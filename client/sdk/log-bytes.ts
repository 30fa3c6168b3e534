import { isUtf8 } from 'node:buffer'
import type { LogMessage } from '../../services/contract/log-message.ts'

export type OutputMessage = Extract<LogMessage, { type: 'output' }>

/** The bytes of a chunk exactly as the command wrote them. */
export const bytesOf = (message: OutputMessage): Buffer =>
  'text' in message ? Buffer.from(message.text, 'utf8') : Buffer.from(message.base64, 'base64')

/** The same chunk without its first `count` bytes. A cut through a character leaves bytes that are not text. */
export function withoutFirst(message: OutputMessage, count: number): OutputMessage {
  const { type, command, stream, offset } = message
  const bytes = bytesOf(message).subarray(count)
  const head = { type, command, stream, offset: offset + count, bytes: bytes.length }
  return isUtf8(bytes)
    ? { ...head, text: bytes.toString('utf8') }
    : { ...head, base64: bytes.toString('base64') }
}
