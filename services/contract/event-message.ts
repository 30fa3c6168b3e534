import { z } from 'zod'
import { repositoryId, sessionId } from './ids.ts'
import { commandSchema, repositorySchema, sessionSchema } from './resources.ts'
import { streamEndSchema } from './stream-end.ts'

/**
 * What changes on the server, as a sequence of messages: over a WebSocket (one a text frame), as NDJSON (one a line), or as
 * Server-Sent Events.
 *
 * A thing is told as it is when its change is told, so that changes that lie close together may come as one; the last one
 * is never missed. `id` is how far everything has been told: who goes on behind it, on a new connection, misses nothing
 * and is told nothing twice.
 */
export const eventId = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,14})$/, 'expected the id of an event, a whole number')

export const eventMessageSchema = z.union([
  /** The first message where nothing was told before: what was there is to be listed after it. */
  z.object({ type: z.literal('start'), id: eventId }),
  /** What has changed since the id that was asked for is not known any more: everything is to be listed anew. */
  z.object({ type: z.literal('reset'), id: eventId }),
  z.object({ type: z.literal('session'), id: eventId, session: sessionSchema }),
  z.object({ type: z.literal('command'), id: eventId, command: commandSchema }),
  z.object({ type: z.literal('repository'), id: eventId, repository: repositorySchema }),
  /** A session has been deleted, its commands with it. */
  z.object({ type: z.literal('removed'), id: eventId, session: sessionId.schema }),
  /** A repository has been. */
  z.object({ type: z.literal('repository_removed'), id: eventId, repository: repositoryId.schema }),
  /** The last message of every stream that was not cut off. */
  streamEndSchema([
    ...(['complete', 'session_deleted'] as const),
    ...(['server_stopping', 'slow_reader', 'unresponsive', 'problem'] as const),
  ]),
])
export type EventMessage = z.infer<typeof eventMessageSchema>
/** All but the last. */
export type ChangeMessage = Exclude<EventMessage, { type: 'end' }>
