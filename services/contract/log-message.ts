import { z } from 'zod'
import { commandFailureSchema, commandStatuses } from './command-state.ts'
import { instant } from './fields.ts'
import { commandId } from './ids.ts'
import { streamEndSchema } from './stream-end.ts'

/**
 * A log as a sequence of messages, the same over a WebSocket (one message a text frame), as NDJSON (one a line) and as
 * Server-Sent Events.
 *
 * A log is addressed by byte offset per command and stream. `offset` is that of the chunk's first byte; the next chunk
 * of the same command and stream begins at `offset + bytes`. A chunk that is valid UTF-8 comes as `text`, any other
 * as `base64`, so that every byte arrives as it was written. The order between the two streams of a command is that
 * of observation.
 */
export const logStreams = ['stdout', 'stderr'] as const
export type LogStream = (typeof logStreams)[number]

const chunk = {
  type: z.literal('output'),
  command: commandId.schema,
  stream: z.enum(logStreams),
  offset: z.int(),
  bytes: z.int(),
}

export const logChunkSchema = z.union([
  z.object({ ...chunk, text: z.string() }),
  z.object({ ...chunk, base64: z.string() }),
])
export type LogChunk = z.infer<typeof logChunkSchema>

export const logMessageSchema = z.union([
  ...logChunkSchema.options,
  /**
   * The command's state: when it is met, then whenever it changes. The state in which it has ended is told once, after
   * its last output; so a command that had ended before it was met is told of only there.
   */
  z.object({
    type: z.literal('command'),
    command: commandId.schema,
    sequence: z.int(),
    status: z.enum(commandStatuses),
    exit_code: z.int().nullable(),
    failure: commandFailureSchema.nullable(),
    /** When its logs were removed, for their age or to make room: its output is not told any more. */
    log_expired_at: instant.optional(),
  }),
  /** The last message of every stream that was not cut off. */
  streamEndSchema([
    ...(['complete', 'session_ended', 'session_deleted'] as const),
    ...(['server_stopping', 'slow_reader', 'unresponsive', 'problem'] as const),
  ]),
])
export type LogMessage = z.infer<typeof logMessageSchema>
