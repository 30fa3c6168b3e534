import type { StreamEnd } from '../../contract/stream-end.ts'
import type { LogEvent, ToldEvent } from './log-event.ts'
import { type LogFormat, toLine } from './log-format.ts'
import { type LogPlace, placeAfter, placeText } from './log-place.ts'

/** How a log is written into the body of a response. */
export type BodyFormat = {
  readonly mediaType: string
  /** What comes before everything. */
  readonly head?: string
  readonly write: (event: ToldEvent) => Pieces
  /** The format's word for the end; without one the body has no room for a reason. */
  readonly end?: (event: StreamEnd) => Pieces
  /** What says nothing. */
  readonly heartbeat?: string
}

/** One behind the other; none where the format has nothing to say. What many are told is never copied for one. */
export type Pieces = readonly (Buffer | string)[]

/** One message a line, Server-Sent Events, or the bare bytes. */
export function bodyFormat({
  format,
  place,
}: {
  readonly format: LogFormat
  readonly place?: LogPlace | undefined
}): BodyFormat {
  switch (format) {
    case 'json': {
      const line = (event: LogEvent) => [toLine(event)]
      return { mediaType: 'application/x-ndjson', write: line, end: line }
    }
    case 'text':
      return {
        mediaType: 'text/plain; charset=utf-8',
        write: event => (event.type === 'output' ? [event.data] : []),
      }
    case 'events':
      return eventFormat(place)
  }
}

/** How long a reader whose connection is lost should wait before the next, in milliseconds. */
const retry = 1_000

/**
 * https://html.spec.whatwg.org/multipage/server-sent-events.html: each message is an event without a name, with the place
 * behind it as its id. JSON has no line end in it, so one line of data holds it.
 */
function eventFormat(start: LogPlace | undefined): BodyFormat {
  let place = start
  const write = (event: LogEvent): Pieces => {
    place = placeAfter(place, event)
    // Without an id, the one before stands.
    const id = place === undefined ? '' : `id: ${placeText(place)}\n`
    return [`${id}data: `, toLine(event), '\n']
  }
  return {
    mediaType: 'text/event-stream',
    head: `retry: ${retry}\n\n`,
    write,
    end: write,
    heartbeat: ':\n\n',
  }
}
