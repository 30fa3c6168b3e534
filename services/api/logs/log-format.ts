import { type EndReason, type LogEvent, placeOf, toLogMessage } from './log-event.ts'

/** How a log travels: as messages (JSON), or as the bare bytes of its streams. */
export type LogFormat = 'json' | 'text'

/** What an Accept header asks for: `text/plain` where it is liked better than NDJSON (RFC 9110, section 12.5.1). */
export function acceptedFormat(accept: string | undefined): LogFormat {
  const weights = (accept ?? '*/*').split(',').map(part => {
    const [type = '', ...parameters] = part.split(';').map(text => text.trim().toLowerCase())
    const weight = Number(parameters.find(text => text.startsWith('q='))?.slice(2) ?? 1)
    return { type, weight: Number.isNaN(weight) ? 0 : weight }
  })
  const weightOf = (...types: string[]): number =>
    types.map(type => weights.find(one => one.type === type)?.weight).find(found => found !== undefined) ?? 0
  const text = weightOf('text/plain', 'text/*', '*/*')
  return text > weightOf('application/x-ndjson', 'application/*', '*/*') ? 'text' : 'json'
}

/**
 * How much of a stream is read and sent at a time, in bytes, and so the most that a follower holds in memory. Bare bytes
 * cost nothing but the number of pieces; of messages smaller ones are faster.
 */
export const chunkSizes: Record<LogFormat, number> = { json: 65_536, text: 262_144 }

/**
 * The event as one message of JSON, in UTF-8, with `end` behind it.
 *
 * Text that is not all ASCII takes three times as long to become a string and JSON as text of one byte a character. So
 * its bytes are taken for such characters (latin1), and come out as they went in: JSON escapes nothing above 0x7f but
 * halves of surrogate pairs, and valid UTF-8 has none.
 */
export function toJson(event: LogEvent, end = ''): Buffer {
  if (event.type !== 'output' || !event.isText) return Buffer.from(JSON.stringify(toLogMessage(event)) + end)
  const json = JSON.stringify({ ...placeOf(event), text: event.data.toString('latin1') })
  return Buffer.from(json + end, 'latin1')
}

/** Whether a stream with this end told all that it was asked for. */
export const isWhole = (reason: EndReason): boolean =>
  reason === 'complete' || reason === 'session_ended' || reason === 'session_deleted'
