import { z } from 'zod'
import { frameSchema, stopSchema, variableSchema } from './debug-resources.ts'

/** What changed between two stops of a debuggee. Bounded: see `mostDiffBytes`. */

/** Of a whole answer as JSON, in UTF-8. */
export const mostDiffBytes = 8_000
/** How many stops are kept to be compared. */
export const mostKeptStops = 20

const keptStop = stopSchema
  .pick({ number: true, reason: true, thread: true })
  .extend({ frame: frameSchema.pick({ name: true, file: true, line: true }).nullable() })

/** A name or a value, cut where it was longer. */
const text = z.string().max(400)

const change = {
  name: text,
  kind: z.enum(['added', 'changed', 'gone']),
  /** Null where it was not there, or is not any more. */
  before: text.nullable(),
  after: text.nullable(),
}
const variableChange = z.object({
  ...change,
  type: variableSchema.shape.type,
  /** What changed of what it consists of. */
  parts: z.array(z.object(change)),
})
export type VariableChange = z.infer<typeof variableChange>

const stackFrame = z.object({
  name: z.string(),
  file: z.string().nullable(),
  line: z.int(),
  /** How many frames it lies within: 0 is the outermost. */
  depth: z.int(),
})
export type DiffFrame = z.infer<typeof stackFrame>

const moved = stackFrame.omit({ line: true }).extend({ from: z.int(), to: z.int() })

export const stopDiffSchema = z.object({
  /** Null where there is nothing to compare with yet. */
  from: keptStop.nullable(),
  to: keptStop.nullable(),
  /** The frames that are in both stops, innermost first, with what changed of their variables: those that differ. */
  frames: z.array(moved.extend({ variables: z.array(variableChange) })),
  stack: z.object({
    /** Frames that are in the second stop alone, and in the first alone. */
    entered: z.array(stackFrame),
    left: z.array(stackFrame),
    /** How many are in both. */
    same: z.int(),
  }),
  /** The numbers of the stops that can be compared. */
  kept: z.array(z.int()),
  /** What to do where there is nothing to compare yet. */
  note: z.string().nullable(),
  /** What is not told, and how to see it. */
  left_out: z.array(z.string()),
})
export type StopDiff = z.infer<typeof stopDiffSchema>
