import { isUtf8 } from 'node:buffer'
import type { CommandId } from '../../contract/ids.ts'
import type { LogChunk, LogMessage, LogStream } from '../../contract/log-message.ts'
import type { StreamEnd } from '../../contract/stream-end.ts'
import { toCommand } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'

/** What a follower yields: a log message whose bytes are still bytes. */
export type LogEvent = ToldEvent | StreamEnd

/** All but the last. */
export type ToldEvent = OutputEvent | { readonly type: 'command'; readonly row: CommandRow }

export type OutputEvent = {
  readonly type: 'output'
  readonly command: CommandId
  readonly stream: LogStream
  readonly offset: number
  readonly data: Buffer
  /** May be called by who needs `data` no more: other bytes are read into it then. */
  readonly release?: (() => void) | undefined
}

/** To be called when the system has the bytes of an event, and nobody else needs them. */
export const sentOf = (event: ToldEvent): (() => void) | undefined =>
  event.type === 'output' ? event.release : undefined

/** The event as the contract words it. */
export function toLogMessage(event: LogEvent): LogMessage {
  switch (event.type) {
    case 'output':
      return toLogChunk(event)
    case 'command': {
      const { id, sequence, status, exit_code, failure, log_expired_at } = toCommand(event.row)
      return {
        type: 'command',
        command: id,
        sequence,
        status,
        exit_code,
        failure,
        ...(log_expired_at === null ? {} : { log_expired_at }),
      }
    }
    case 'end':
      return event
  }
}

export function toLogChunk(event: OutputEvent): LogChunk {
  const { data } = event
  const chunk = placeOf(event)
  return isUtf8(data)
    ? { ...chunk, text: data.toString('utf8') }
    : { ...chunk, base64: data.toString('base64') }
}

/** All of a chunk but its bytes. */
export const placeOf = ({ type, command, stream, offset, data }: OutputEvent) => ({
  ...{ type, command, stream, offset, bytes: data.length },
})
