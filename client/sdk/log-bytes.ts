import type { LogMessage } from '../../services/contract/log-message.ts'

const encoder = new TextEncoder()

export type OutputMessage = Extract<LogMessage, { type: 'output' }>

/** The bytes of a chunk exactly as the command wrote them. */
export const bytesOf = (message: OutputMessage): Uint8Array =>
  'text' in message ? encoder.encode(message.text) : fromBase64(message.base64)

/** Bytes of a stream as a chunk: as text where they are text. */
export function chunkOf(
  { command, stream }: Pick<OutputMessage, 'command' | 'stream'>,
  offset: number,
  bytes: Uint8Array,
): OutputMessage {
  const head = { type: 'output', command, stream, offset, bytes: bytes.length } as const
  const text = textOf(bytes)
  return text === undefined ? { ...head, base64: toBase64(bytes) } : { ...head, text }
}

/** The same chunk without its first `count` bytes. A cut through a character leaves bytes that are not text. */
export const withoutFirst = (message: OutputMessage, count: number): OutputMessage =>
  chunkOf(message, message.offset + count, bytesOf(message).subarray(count))

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), character => character.charCodeAt(0))

const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
