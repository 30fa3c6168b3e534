import type { IncomingMessage } from 'node:http'
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Refusal } from './refuse.ts'

export type ReadMessage =
  | { readonly outcome: 'read'; readonly message: JSONRPCMessage }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'gone' }

export type MessageLimits = {
  /** The longest message. */
  readonly bytes: number
  /** How long it may take to come, in milliseconds. */
  readonly ms: number
  /** Takes room for a part of it; false where there is none. */
  readonly hold: (bytes: number) => boolean
}

/** The one message that a client sends. */
export async function readMessage(request: IncomingMessage, limits: MessageLimits): Promise<ReadMessage> {
  const { accept = '', 'content-type': type = '', 'content-length': length } = request.headers
  if (!takes(accept, 'application/json') || !takes(accept, 'text/event-stream'))
    return refused(406, 'the client has to accept both application/json and text/event-stream')
  if (!/^\s*application\/json\s*(?:;|$)/i.test(type))
    return refused(415, 'the header Content-Type has to be application/json')
  if (Number(length ?? 0) > limits.bytes) return tooLong(limits)
  const body = await bodyOf(request, limits)
  switch (body) {
    case 'gone':
      return { outcome: 'gone' }
    case 'too long':
      return tooLong(limits)
    case 'no room':
      return refused(
        503,
        'messages that are being received or answered take all the room that there is: send it again',
        undefined,
        {
          'retry-after': '1',
        },
      )
    case 'late':
      return refused(408, `a message has to be there within ${limits.ms / 1_000} seconds`)
    default:
      return messageIn(body.toString('utf8'))
  }
}

/** Whether a client takes a media type. */
export const takes = (accept: string, type: string): boolean => accept.toLowerCase().includes(type)

type Unread = 'too long' | 'no room' | 'late' | 'gone'

function bodyOf(request: IncomingMessage, limits: MessageLimits): Promise<Buffer | Unread> {
  return new Promise(resolve => {
    const parts: Buffer[] = []
    let bytes = 0
    const onData = (part: Buffer) => {
      bytes += part.length
      if (bytes > limits.bytes) settle('too long')
      else if (!limits.hold(part.length)) settle('no room')
      else parts.push(part)
    }
    const onEnd = () => settle(Buffer.concat(parts))
    const onGone = () => settle('gone')
    const late = setTimeout(() => settle('late'), limits.ms)
    const settle = (outcome: Buffer | Unread) => {
      clearTimeout(late)
      request.off('data', onData).off('end', onEnd).off('close', onGone)
      resolve(outcome)
    }
    request.on('data', onData).once('end', onEnd).once('close', onGone)
  })
}

function messageIn(text: string): ReadMessage {
  let sent: unknown
  try {
    sent = JSON.parse(text)
  } catch {
    return refused(400, 'this is no JSON', -32_700)
  }
  if (Array.isArray(sent)) return refused(400, 'one message is taken at a time', -32_600)
  const { success, data } = JSONRPCMessageSchema.safeParse(sent)
  return success
    ? { outcome: 'read', message: data }
    : refused(400, 'this is no message of JSON-RPC', -32_600)
}

const tooLong = ({ bytes }: MessageLimits) => refused(413, `a message may have ${bytes} bytes at the most`)

const refused = (
  status: Refusal['status'],
  message: string,
  code?: Refusal['code'],
  headers: Refusal['headers'] = {},
): ReadMessage => ({
  outcome: 'refused',
  refusal: { status, message, headers, ...(code === undefined ? {} : { code }) },
})
