import type { LogStream } from '../../contract/log-message.ts'
import type { SessionJoined } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'

/** What is to be read of a session's logs. */
export type LogSource = {
  readonly session: SessionJoined
  /** Undefined: all commands of the session, one after the other. */
  readonly command: CommandRow | undefined
  readonly streams: readonly LogStream[]
  /** The first byte wanted; above 0 only with one command and one stream. */
  readonly offset: number
  readonly follow: boolean
}
