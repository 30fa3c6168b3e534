import type { LogStream } from '../../contract/log-message.ts'
import type { SessionJoined } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { noOffsets, type Offsets } from './log-place.ts'

/** What is to be read of a session's logs. */
export type LogSource = {
  readonly session: SessionJoined
  /** Undefined: all commands of the session, one after the other. */
  readonly command: CommandRow | undefined
  readonly streams: readonly LogStream[]
  readonly start: LogStart
  /** One past the last byte wanted; given only with one command and one stream that is not followed. */
  readonly end?: number
  readonly follow: boolean
}

/** Where the reading begins. */
export type LogStart = {
  /** Commands before the one with this number are not told; 0: none is left out. */
  readonly sequence: number
  /** The first bytes wanted of the streams of that command; of those behind it all is wanted. */
  readonly offsets: Offsets
}

/** The first bytes wanted of a command; undefined where nothing of it is. */
export function offsetsOf({ start }: LogSource, { sequence }: CommandRow): Offsets | undefined {
  if (sequence < start.sequence) return undefined
  return sequence === start.sequence ? start.offsets : noOffsets
}
