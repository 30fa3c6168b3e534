import type { IncomingMessage } from 'node:http'
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Refusal } from './refuse.ts'

export type ReadMessage =
  | { readonly outcome: 'read'; readonly message: JSONRPCMessage }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'gone' }

/** The one message that a client has sent, of at most so many bytes. */
export async function readMessage(request: IncomingMessage, longest: number): Promise<ReadMessage> {
  const { accept = '', 'content-type': type = '', 'content-length': length } = request.headers
  if (!takes(accept, 'application/json') || !takes(accept, 'text/event-stream'))
    return refused(406, 'the client has to accept both application/json and text/event-stream')
  if (!/^\s*application\/json\s*(?:;|$)/i.test(type))
    return refused(415, 'the header Content-Type has to be application/json')
  if (Number(length ?? 0) > longest) return tooLong(longest)
  const body = await bodyOf(request, longest)
  if (body === 'gone') return { outcome: 'gone' }
  return body === 'too long' ? tooLong(longest) : messageIn(body.toString('utf8'))
}

/** Whether a client takes a media type. */
export const takes = (accept: string, type: string): boolean => accept.toLowerCase().includes(type)

function bodyOf(request: IncomingMessage, longest: number): Promise<Buffer | 'too long' | 'gone'> {
  return new Promise(resolve => {
    const parts: Buffer[] = []
    let bytes = 0
    const onData = (part: Buffer) => {
      bytes += part.length
      if (bytes > longest) settle('too long')
      else parts.push(part)
    }
    const onEnd = () => settle(Buffer.concat(parts))
    const onGone = () => settle('gone')
    const settle = (outcome: Buffer | 'too long' | 'gone') => {
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

const tooLong = (longest: number) => refused(413, `a message may have ${longest} bytes at the most`)

const refused = (status: Refusal['status'], message: string, code?: Refusal['code']): ReadMessage => ({
  outcome: 'refused',
  refusal: { status, message, ...(code === undefined ? {} : { code }) },
})
