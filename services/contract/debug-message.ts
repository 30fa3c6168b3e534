import { z } from 'zod'
import { viewerSchema } from './debug-control.ts'
import { debugEvents } from './debug-events.ts'
import { debugOutputSchema, debugSessionSchema } from './debug-resources.ts'
import { debugOperations } from './operations/debug.ts'
import { problemSchema } from './problems.ts'
import { streamEndSchema } from './stream-end.ts'

/**
 * What is said over `WS /sessions/{session}/debug`, one JSON object a text frame. A client calls the operations of the
 * contract, each under an id of its own choosing; answers come as they are ready, not in the order of the calls. Events
 * come to every client of the session. The session is that of the address: no input names it.
 */
export type DebugOperationName = keyof typeof debugOperations
export const debugOperationNames = Object.keys(debugOperations) as readonly DebugOperationName[]

export const toDebugSchema = z.strictObject({
  id: z.union([z.int(), z.string().max(100)]),
  operation: z.enum(debugOperationNames),
  input: z.record(z.string(), z.unknown()).default({}),
})
export type ToDebug = z.infer<typeof toDebugSchema>

const id = toDebugSchema.shape.id
export const fromDebugSchema = z.discriminatedUnion('type', [
  /** `result` is the operation's output. */
  z.object({ type: z.literal('result'), id, result: z.unknown() }),
  /** `id` is null where the frame had none that could be read. */
  z.object({ type: z.literal('problem'), id: id.nullable(), problem: problemSchema }),
  z.object({
    type: z.literal('event'),
    event: z.enum(debugEvents),
    debug: debugSessionSchema,
    /** Who has made it happen, as far as that is known: of a stop, who had sent the debuggee on. */
    by: viewerSchema.nullable(),
    /** With `state`: the last of what the debuggee has written, where that can be read. */
    output: debugOutputSchema.optional(),
  }),
  /** The last message of every connection that was not cut off. A session that is stopped ends none. */
  streamEndSchema(['session_deleted', 'server_stopping', 'slow_reader', 'unresponsive', 'problem']),
])
export type FromDebug = z.infer<typeof fromDebugSchema>
