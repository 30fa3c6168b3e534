import { type EndReason, type LogEvent, toLogMessage } from './log-event.ts'

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

/** The event as one message of JSON. */
export const toJson = (event: LogEvent): string => JSON.stringify(toLogMessage(event))

/** Whether a stream with this end told all that it was asked for. */
export const isWhole = (reason: EndReason): boolean =>
  reason === 'complete' || reason === 'session_ended' || reason === 'session_deleted'
