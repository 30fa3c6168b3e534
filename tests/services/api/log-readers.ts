import { once } from 'node:events'
import { request } from 'undici'
import { WebSocket } from 'ws'
import type { CommandId } from '../../../services/contract/ids.ts'
import { type LogMessage, type LogStream, logMessageSchema } from '../../../services/contract/log-message.ts'
import { type Codec, subprotocols } from '../../../services/contract/stream-codec.ts'
import type { Person, Rig } from './rig.ts'

/** A reader of a log: its messages as they come. Dropping out of the loop ends the connection. */
export type LogReader = AsyncIterable<LogMessage>

export const query = (fields: Record<string, unknown>): string =>
  new URLSearchParams(
    Object.entries(fields).map(([key, value]): [string, string] => [key, `${value}`]),
  ).toString()

/** As NDJSON. */
export async function* ndjson(
  rig: Rig,
  session: string,
  fields: Record<string, unknown>,
  person: Person = rig.alice,
): LogReader {
  const answer = await request(`${rig.api.url}/sessions/${session}/logs?${query(fields)}`, {
    headers: { authorization: `Bearer ${person.secret}` },
  })
  if (answer.statusCode !== 200) throw new Error(await answer.body.text())
  let rest = ''
  for await (const chunk of answer.body.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield logMessageSchema.parse(JSON.parse(line))
  }
  if (rest !== '') throw new Error(`half a line: ${rest}`)
}

export type SentEvent = { id: string; message: LogMessage }

/** As Server-Sent Events, each with the id that it leaves its reader with; read as the standard says. */
export async function* serverSentEvents(
  rig: Rig,
  session: string,
  fields: Record<string, unknown>,
  lastEventId?: string,
): AsyncIterable<SentEvent> {
  const answer = await request(`${rig.api.url}/sessions/${session}/logs?${query(fields)}`, {
    headers: {
      authorization: `Bearer ${rig.alice.secret}`,
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
  if (answer.statusCode === 204) return
  if (answer.statusCode !== 200) throw new Error(await answer.body.text())
  let rest = ''
  let id = lastEventId ?? ''
  let data: string[] = []
  for await (const chunk of answer.body.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      if (field === 'id') id = value
      else if (field === 'data') data.push(value)
      else if (line === '' && data.length > 0) {
        yield { id, message: logMessageSchema.parse(JSON.parse(data.join('\n'))) }
        data = []
      }
    }
  }
}

export async function* sse(rig: Rig, session: string, fields: Record<string, unknown>): LogReader {
  for await (const { message } of serverSentEvents(rig, session, fields)) yield message
}

type Dialled = { prefix?: string; person?: Person; codec?: Codec }

export const dialLog = (
  rig: Rig,
  session: string,
  fields: Record<string, unknown>,
  { prefix = '', ...dialled }: Dialled = {},
): WebSocket => dialStream(rig, `${prefix}/sessions/${session}/logs?${query(fields)}`, dialled)

/** Without a codec none is asked for. */
export const dialStream = (
  rig: Rig,
  path: string,
  { person = rig.alice, codec }: Omit<Dialled, 'prefix'> = {},
): WebSocket =>
  new WebSocket(
    `${rig.api.url.replace('http', 'ws')}${path}`,
    codec === undefined ? [] : [subprotocols[codec]],
    { headers: { authorization: `Bearer ${person.secret}` } },
  )

/** Over a WebSocket. */
export async function* webSocket(rig: Rig, session: string, fields: Record<string, unknown>): LogReader {
  const socket = dialLog(rig, session, fields)
  const closed = once(socket, 'close')
  const messages: LogMessage[] = []
  let wake = () => {}
  socket.on('message', data => {
    messages.push(logMessageSchema.parse(JSON.parse(`${data}`)))
    wake()
  })
  let over = false
  void closed.then(() => {
    over = true
    wake()
  })
  try {
    for (;;) {
      const message = messages.shift()
      if (message !== undefined) yield message
      else if (over) return
      else
        await new Promise<void>(resolve => {
          wake = resolve
        })
    }
  } finally {
    socket.terminate()
    await closed
  }
}

export const bytesOf = (message: Extract<LogMessage, { type: 'output' }>): Buffer =>
  'text' in message ? Buffer.from(message.text) : Buffer.from(message.base64, 'base64')

/** Everything until the end. */
export async function all(reader: LogReader): Promise<LogMessage[]> {
  const messages: LogMessage[] = []
  for await (const message of reader) messages.push(message)
  return messages
}

/** What one stream of a command said from a byte on, each chunk put where its offset says it belongs. */
export function assemble(
  messages: readonly LogMessage[],
  command: CommandId,
  stream: LogStream,
  from = 0,
): string {
  let text = ''
  for (const message of messages) {
    if (message.type !== 'output' || message.command !== command || message.stream !== stream) continue
    if (message.offset !== from + text.length)
      throw new Error(`expected offset ${from + text.length}, not ${message.offset}`)
    const bytes = bytesOf(message)
    if (bytes.length !== message.bytes) throw new Error(`${bytes.length} bytes came as ${message.bytes}`)
    text += bytes.toString('latin1')
  }
  return text
}
