import type { ServerResponse } from 'node:http'
import { endLine, type StreamEnd } from '../../contract/stream-end.ts'
import type { Limits } from '../context.ts'
import { heartbeat, writeBody } from '../logs/http-edge.ts'
import { acceptedFormat, type LogFormat } from '../logs/log-format.ts'
import { pump } from '../pump.ts'
import { cutAfter } from '../response-room.ts'
import type { EventText } from './event-text.ts'

/** How changes travel over HTTP. */
type EventFormat = {
  readonly mediaType: string
  readonly head: string
  readonly write: (event: EventText) => string
  readonly end: (end: StreamEnd) => string
  readonly heartbeat: string
}

/** One message a line. */
const json: EventFormat = {
  mediaType: 'application/x-ndjson',
  head: '',
  write: event => `${event.json}\n`,
  end: end => `${JSON.stringify(end)}\n`,
  // An empty line is none to who reads lines.
  heartbeat: '\n',
}

/** One line for people each. */
const text: EventFormat = {
  mediaType: 'text/plain; charset=utf-8',
  head: '',
  write: event => `${event.line}\n`,
  end: end => `${endLine(end)}\n`,
  heartbeat: '\n',
}

/**
 * https://html.spec.whatwg.org/multipage/server-sent-events.html, with ids that a browser sends back by itself; the pause before a new connection is in milliseconds.
 */
const events: EventFormat = {
  mediaType: 'text/event-stream',
  head: 'retry: 1000\n\n',
  write: event => `id: ${event.id}\ndata: ${event.json}\n\n`,
  end: end => `data: ${JSON.stringify(end)}\n\n`,
  heartbeat: ':\n\n',
}

const formats: Readonly<Record<LogFormat, EventFormat>> = { json, text, events }

export const eventFormat = (accept: string | undefined): EventFormat => formats[acceptedFormat(accept)]

/** Sends changes as the body of a response, each when the one before was taken; who takes nothing is told so and cut. */
export async function sendEvents(
  response: ServerResponse,
  told: AsyncIterable<EventText | StreamEnd>,
  { format, limits, request }: { format: EventFormat; limits: Limits; request: string },
): Promise<void> {
  response.writeHead(200, {
    'content-type': format.mediaType,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': request,
  })
  response.flushHeaders()
  if (format.head !== '') response.write(format.head)
  using _ = heartbeat(response, format, limits.ping)
  const end = await pump(told, event => writeBody(response, [format.write(event)], limits.slowReader))
  if (end === 'gone') return
  response.end(format.end(end))
  if (end.reason === 'slow_reader') cutAfter(response, limits.linger)
}
