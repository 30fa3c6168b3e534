import { isUtf8 } from 'node:buffer'
import { type LogEvent, placeOf, toLogMessage } from './log-event.ts'
import { SharedOutput } from './shared-output.ts'

/**
 * How a log travels: as messages, one a line or one a frame (`json`); as the bare bytes of its streams (`text`); or as
 * messages that are Server-Sent Events (`events`), over HTTP alone.
 */
export type LogFormat = 'json' | 'text' | 'events'

/** What each is called in an Accept header, and what stands for it there. On a tie the first is taken. */
const mediaTypes: readonly (readonly [LogFormat, ...string[]])[] = [
  ['json', 'application/x-ndjson', 'application/*', '*/*'],
  ['text', 'text/plain', 'text/*', '*/*'],
  ['events', 'text/event-stream', 'text/*', '*/*'],
]

/** What an Accept header asks for: what it likes best (RFC 9110, section 12.5.1), NDJSON where it likes none. */
export function acceptedFormat(accept: string | undefined): LogFormat {
  const weights = (accept ?? '*/*').split(',').map(part => {
    const [type = '', ...parameters] = part.split(';').map(text => text.trim().toLowerCase())
    const weight = Number(parameters.find(text => text.startsWith('q='))?.slice(2) ?? 1)
    return { type, weight: Number.isNaN(weight) ? 0 : weight }
  })
  const weightOf = (types: readonly string[]): number =>
    types.map(type => weights.find(one => one.type === type)?.weight).find(found => found !== undefined) ?? 0
  let best: { format: LogFormat; weight: number } = { format: 'json', weight: 0 }
  for (const [format, ...types] of mediaTypes) {
    const weight = weightOf(types)
    if (weight > best.weight) best = { format, weight }
  }
  return best.format
}

/**
 * How much of a stream is read and sent at a time, in bytes, and so the most that a follower holds in memory. Bare bytes
 * cost nothing but the number of pieces; of messages smaller ones are faster.
 */
export const chunkSizes: Record<LogFormat, number> = { json: 65_536, text: 131_072, events: 65_536 }

/**
 * The event as one message of JSON, in UTF-8, with `end` behind it.
 *
 * Text that is not all ASCII takes three times as long to become a string and JSON as text of one byte a character. So
 * its bytes are taken for such characters (latin1), and come out as they went in: JSON escapes nothing above 0x7f but
 * halves of surrogate pairs, and valid UTF-8 has none.
 */
export function toJson(event: LogEvent, end = ''): Buffer {
  if (event.type !== 'output' || !isUtf8(event.data))
    return Buffer.from(JSON.stringify(toLogMessage(event)) + end)
  const json = JSON.stringify({ ...placeOf(event), text: event.data.toString('latin1') })
  return Buffer.from(json + end, 'latin1')
}

/** The event as a line of JSON: made once for all where many are told of it. */
export const toLine = (event: LogEvent): Buffer =>
  event instanceof SharedOutput ? event.line(() => toJson(event, '\n')) : toJson(event, '\n')
