import { z } from 'zod'
import { breakpointPlace } from './debug-breakpoints.ts'
import { instant, nullFree, parseSourceLine } from './fields.ts'

/**
 * What a debuggee is asked to tell while it runs on: calls of functions, and values of expressions. Neither stops it, and
 * neither is a breakpoint. What they tell goes into one record of the debug session, of which the last are kept.
 */

export const mostProbes = 50
/** How many records are kept. */
export const mostRecords = 2_000

/** A function of a file in the worktree: `src/cart.py:total_of`, `src/cart.py:Cart.total`. */
export type SourceFunction = { readonly file: string; readonly name: string }

/** Undefined where it is none, or its file leads out of the worktree. */
export function parseSourceFunction(text: string): SourceFunction | undefined {
  const [, file = '', name = ''] = /^([^"]+):([\p{L}_$~][\p{L}\p{N}_$.:~]*)$/u.exec(text) ?? []
  const parsed = parseSourceLine(`${file}:1`)
  return parsed === undefined || name === '' ? undefined : { file: parsed.file, name }
}

export const sourceFunction = nullFree(1_000).refine(
  text => parseSourceFunction(text) !== undefined,
  'expected FILE:FUNCTION, such as src/cart.py:total_of, the file relative to the top of the worktree',
)

/** In braces it would be one of the message around it. */
export const watchedExpression = nullFree(1_000)
  .min(1)
  .refine(text => !/[{}\n]/.test(text), 'must be one line without braces: debuggers take it in a message')

export const watchedPlace = breakpointPlace

const told = {
  /** 1 for the debug session's first; never given twice. */
  id: z.int(),
  file: z.string(),
  /** Whether the debuggee tells it; if not, why, in `message`. */
  verified: z.boolean(),
  message: z.string().nullable(),
  /** How often it has told something. */
  hits: z.int(),
}

export const probeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('calls'),
    ...told,
    function: z.string(),
    /** Whether it is told how calls end, with results and durations: some debuggers see that they begin alone. */
    returns: z.boolean(),
  }),
  z.object({
    kind: z.literal('values'),
    ...told,
    line: z.int(),
    expression: z.string(),
    /** Whether a value like the one before is passed over. */
    changes: z.boolean(),
  }),
])
export type Probe = z.infer<typeof probeSchema>

/**
 * How a call has ended. `raised`: an exception left it, or what is like one (a panic, `longjmp`); `open`: the program has
 * ended before it was seen to; `unseen`: the debugger does not see it.
 */
export const callEnd = z.enum(['returned', 'raised', 'open', 'unseen'])
export type CallEnd = z.infer<typeof callEnd>

const recordFields = {
  /** 1 for the first of the debug session. */
  number: z.int(),
  probe: z.int(),
  /** When it was heard of; of a call whose duration is known, when that began. */
  at: instant,
}

export const recordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('call'),
    ...recordFields,
    function: z.string(),
    arguments: z.array(z.object({ name: z.string(), value: z.string() })),
    ended: callEnd,
    /** Null of one that has not returned, or returns nothing. */
    result: z.string().nullable(),
    /** In milliseconds; null of one whose end is not known. */
    duration: z.number().nullable(),
    /** How many traced calls of its thread it lies within. */
    depth: z.int(),
    thread: z.string().nullable(),
  }),
  z.object({ kind: z.literal('value'), ...recordFields, value: z.string() }),
])
export type ProbeRecord = z.infer<typeof recordSchema>
export type NewRecord = ProbeRecord extends infer One
  ? One extends ProbeRecord
    ? Omit<One, 'number'>
    : never
  : never

export const recordedSchema = z.object({
  probes: z.array(probeSchema),
  records: z.array(recordSchema),
  /** What `from` is to be for those that follow. */
  next: z.int(),
  /** How many after `from` are not kept any more, or were never told because they were too many. */
  lost: z.int(),
  /** Whether there are more already. */
  more: z.boolean(),
})
export type Recorded = z.infer<typeof recordedSchema>
