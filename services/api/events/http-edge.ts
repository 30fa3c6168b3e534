import type { ServerResponse } from 'node:http'
import type { Limits } from '../context.ts'
import { heartbeat, writeBody } from '../logs/http-edge.ts'
import { acceptedFormat } from '../logs/log-format.ts'
import { type EventText, eventText } from './event-text.ts'

/** How a change travels: one message a line, or as Server-Sent Events whose ids a browser sends back by itself. */
type EventFormat = {
  readonly mediaType: string
  readonly head: string
  readonly write: (event: EventText) => string
  readonly heartbeat: string
}

const lines: EventFormat = {
  mediaType: 'application/x-ndjson',
  head: '',
  write: ({ json }) => `${json}\n`,
  // An empty line is none to who reads lines.
  heartbeat: '\n',
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html; the pause before a new connection is in milliseconds. */
const events: EventFormat = {
  mediaType: 'text/event-stream',
  head: 'retry: 1000\n\n',
  write: ({ id, json }) => `${id === undefined ? '' : `id: ${id}\n`}data: ${json}\n\n`,
  heartbeat: ':\n\n',
}

export const eventFormat = (accept: string | undefined): EventFormat =>
  acceptedFormat(accept) === 'events' ? events : lines

/** Sends changes as the body of a response, each when the one before was taken; who takes nothing is told so and cut. */
export async function sendEvents(
  response: ServerResponse,
  told: AsyncIterable<EventText>,
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
  for await (const event of told) {
    const taken = await writeBody(response, [format.write(event)], limits.slowReader)
    if (taken === 'gone') return
    if (taken === 'slow') {
      response.end(format.write(eventText({ type: 'end', reason: 'slow_reader' })))
      const timer = setTimeout(() => response.destroy(), limits.linger)
      response.once('close', () => clearTimeout(timer))
      return
    }
  }
  response.end()
}
