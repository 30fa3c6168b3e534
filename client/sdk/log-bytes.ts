import { isUtf8 } from 'node:buffer'
import type { LogMessage } from '../../services/contract/log-message.ts'

export type OutputMessage = Extract<LogMessage, { type: 'output' }>

/** The bytes of a chunk exactly as the command wrote them. */
export const bytesOf = (message: OutputMessage): Buffer =>
  'text' in message ? Buffer.from(message.text, 'utf8') : Buffer.from(message.base64, 'base64')

/** Bytes of a stream as a chunk: as text where they are text. */
export function chunkOf(
  { command, stream }: Pick<OutputMessage, 'command' | 'stream'>,
  offset: number,
  bytes: Buffer,
): OutputMessage {
  const head = { type: 'output', command, stream, offset, bytes: bytes.length } as const
  return isUtf8(bytes)
    ? { ...head, text: bytes.toString('utf8') }
    : { ...head, base64: bytes.toString('base64') }
}

/** The same chunk without its first `count` bytes. A cut through a character leaves bytes that are not text. */
export const withoutFirst = (message: OutputMessage, count: number): OutputMessage =>
  chunkOf(message, message.offset + count, bytesOf(message).subarray(count))
