import type { CommandId, SessionId } from './ids.ts'

/** What can be followed, as tickets name it: see `operations/tickets.ts`. */
export const streams = ['logs', 'events', 'debug'] as const
export type StreamName = (typeof streams)[number]

/** One stream, or several that are alike. */
export type StreamTarget = {
  readonly stream: StreamName
  /** Null: of every session, which only events can be. */
  readonly session: SessionId | null
  /** Null: of every command. */
  readonly command: CommandId | null
}

/** Whether who may open `wider` may open `target`. */
export const includes = (wider: StreamTarget, target: StreamTarget): boolean =>
  wider.stream === target.stream &&
  (wider.session === null || wider.session === target.session) &&
  (wider.command === null || wider.command === target.command)
