import { z } from 'zod'
import { viewerSchema } from './debug-control.ts'
import { debugEvents } from './debug-events.ts'
import { debugSessionSchema } from './debug-resources.ts'
import { instant } from './fields.ts'

/**
 * The record of a debug session: what the server and its debug adapter have said to each other, in the order in which it was
 * said or heard, and what became of the debuggee. Secrets of the session are masked in it. In its file each entry is a line.
 */

/** A message of the Debug Adapter Protocol; its `seq` is the entry's number. What is too long has `cut` instead. */
const protocol = z.discriminatedUnion('type', [
  z.object({ type: z.literal('request'), command: z.string(), arguments: z.unknown().optional() }),
  z.object({
    type: z.literal('response'),
    /** The number of the request's entry. */
    request_seq: z.int(),
    command: z.string(),
    success: z.boolean(),
    message: z.string().optional(),
    body: z.unknown().optional(),
  }),
  z.object({ type: z.literal('event'), event: z.string(), body: z.unknown().optional() }),
])

/** What is told of the debug session itself. */
const session = z.discriminatedUnion('type', [
  /** The first of each file of it. */
  z.object({
    type: z.literal('record'),
    debug: debugSessionSchema.pick({ id: true, session: true, command: true, engine: true }),
    /** Where the worktree was. */
    worktree: z.string(),
  }),
  /** What clients were told of, and how much the debuggee had written by then, in bytes. */
  z.object({
    type: z.literal('state'),
    event: z.enum(debugEvents),
    debug: debugSessionSchema,
    output: z.object({ stdout: z.int(), stderr: z.int() }),
  }),
  /** A request that was given up without an answer. */
  z.object({ type: z.literal('unanswered'), request_seq: z.int(), command: z.string(), why: z.string() }),
  /** Entries that came too fast to be kept. */
  z.object({ type: z.literal('dropped'), entries: z.int() }),
])

const entry = {
  /** Its number: 1 for the first of a debug session. */
  n: z.int(),
  at: instant,
  /** On whose behalf, as far as that is known. */
  by: viewerSchema.nullable(),
  /** How many bytes long what was left out of it is, as JSON. */
  cut: z.int().optional(),
}

export const recordEntrySchema = z.discriminatedUnion('from', [
  z.object({ ...entry, from: z.literal('server'), message: protocol }),
  z.object({ ...entry, from: z.literal('adapter'), message: protocol }),
  z.object({ ...entry, from: z.literal('session'), message: session }),
])
export type RecordEntry = z.infer<typeof recordEntrySchema>
