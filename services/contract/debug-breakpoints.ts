import { z } from 'zod'
import { nullFree, parseSourceLine, type SourceLine } from './fields.ts'

/**
 * Where a debuggee is to stop, or to say something: as a client asks for it, and as it is told. In the words of the
 * Debug Adapter Protocol; a kind, or a condition, that an engine does not have is refused.
 */

/** `N`: at the Nth hit alone; `>=N`: from the Nth on; `%N`: at each Nth. A hit counts where the condition holds. */
export type HitCondition = { readonly kind: 'exactly' | 'from' | 'every'; readonly count: number }

/** Undefined where it is none. */
export function parseHitCondition(text: string): HitCondition | undefined {
  const [, sign, digits] = /^(>=|%)? ?([1-9]\d{0,8})$/.exec(text) ?? []
  if (digits === undefined) return undefined
  const kind = sign === undefined ? 'exactly' : sign === '%' ? 'every' : 'from'
  return { kind, count: Number(digits) }
}

export const isHit = ({ kind, count }: HitCondition, hits: number): boolean => {
  switch (kind) {
    case 'exactly':
      return hits === count
    case 'from':
      return hits >= count
    case 'every':
      return hits % count === 0
  }
}

const expression = nullFree(10_000).min(1)
const condition = expression.describe("an expression of the debuggee's language: only where it is true")
const hitCondition = z
  .string()
  .max(20)
  .refine(text => parseHitCondition(text) !== undefined, 'expected N, >=N or %N, such as 3, >=3 or %100')
  .describe('N: at the Nth hit alone, >=N: from it on, %N: at each Nth')

/** A file of the worktree with the text of one of its lines: `src/app.py:"return total"`. */
export type SourceTextPlace = { readonly file: string; readonly text: string }

/** Undefined where it is none: no text, or a file that leads out of the worktree. */
export function parseSourceText(place: string): SourceTextPlace | undefined {
  const [, file = '', text = ''] = /^([^"]+):"(.*\S.*)"$/s.exec(place) ?? []
  const parsed = parseSourceLine(`${file}:1`)
  return parsed === undefined || text === '' ? undefined : { file: parsed.file, text: text.trim() }
}

const expected =
  'expected FILE:LINE or FILE:"TEXT", such as src/app.py:12 or src/app.py:"return total", the file relative to the top of the worktree'

/** The function that somebody names where a line is expected; the name of a file alone is none. */
function functionNamed(place: string): string | undefined {
  const [, ofFile, alone] =
    /^(?:.+[^:]:([A-Za-z_][\w.:]*)|(?:function +)?([A-Za-z_][\w.:]*))$/.exec(place) ?? []
  return ofFile ?? (alone === undefined || /\.[a-z]{1,4}$/.test(alone) ? undefined : alone)
}

/** A line as it is typed, by its number or by what stands in it. */
export const breakpointPlace = nullFree(2_000).superRefine((place, context) => {
  if (parseSourceLine(place) !== undefined || parseSourceText(place) !== undefined) return
  const name = functionNamed(place)
  const hint =
    name === undefined
      ? ''
      : `; where a function begins is asked for otherwise: --function ${name}, or {"kind": "function", "name": "${name}"}`
  context.addIssue({ code: 'custom', message: `${expected}${hint}` })
})

const line = z.strictObject({
  kind: z.literal('line'),
  /** FILE:LINE, or FILE:"TEXT". */
  at: breakpointPlace,
  condition: condition.optional(),
  hit_condition: hitCondition.optional(),
  log_message: expression
    .optional()
    .describe(
      'says this instead of stopping, with {expressions} in braces: see the messages of debug.output',
    ),
})
const functionWish = z.strictObject({
  kind: z.literal('function'),
  name: nullFree(1_000).min(1),
  condition: condition.optional(),
  hit_condition: hitCondition.optional(),
})
const exception = z.strictObject({
  kind: z.literal('exception'),
  filter: nullFree(100).min(1).describe('one that the engine has, such as raised'),
  condition: condition.optional(),
})
const accessTypes = ['read', 'write', 'readWrite'] as const
const data = z.strictObject({
  kind: z.literal('data'),
  expression: expression.describe('a variable of the frame, or a part of the reference'),
  thread: z.int().optional(),
  frame: z.int().min(0).max(10_000).default(0),
  reference: z.int().min(1).optional(),
  access_type: z.enum(accessTypes).default('write'),
  condition: condition.optional(),
  hit_condition: hitCondition.optional(),
})

/** Before anything runs there are no data to watch. */
export const firstBreakpoint = z.union([
  breakpointPlace,
  z.discriminatedUnion('kind', [line, functionWish, exception]),
])
export const breakpointWish = z.union([
  breakpointPlace,
  z.discriminatedUnion('kind', [line, functionWish, exception, data]),
])
export type BreakpointWish = Exclude<z.output<typeof breakpointWish>, string>
export type FirstBreakpoint = z.output<typeof firstBreakpoint>
export type WishedBreakpoint = z.output<typeof breakpointWish>

/** One that is asked for by its place alone, in full. */
export const wishOf = (wished: WishedBreakpoint): BreakpointWish =>
  typeof wished === 'string' ? { kind: 'line', at: wished } : wished

export const placeOfWish = (at: string): SourceLine | SourceTextPlace | undefined =>
  parseSourceLine(at) ?? parseSourceText(at)

const told = {
  /** 1 for the debug session's first; never given twice. */
  id: z.int(),
  /** Whether the debuggee stops there; once it has ended, whether it would have. */
  verified: z.boolean(),
  /** Why it does not, or what is wrong with its condition. */
  message: z.string().nullable(),
}
const conditionTold = z.string().nullable()
const hitConditionTold = z.string().nullable()

export const breakpointSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('line'),
    ...told,
    file: z.string(),
    /** Null as long as its text has not been looked for, or was not found in one line alone. */
    line: z.int().nullable(),
    /** By which the line is found. */
    text: z.string().nullable(),
    condition: conditionTold,
    hit_condition: hitConditionTold,
    log_message: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('function'),
    ...told,
    name: z.string(),
    condition: conditionTold,
    hit_condition: hitConditionTold,
  }),
  z.object({ kind: z.literal('exception'), ...told, filter: z.string(), condition: conditionTold }),
  z.object({
    kind: z.literal('data'),
    ...told,
    expression: z.string(),
    access_type: z.enum(accessTypes),
    condition: conditionTold,
    hit_condition: hitConditionTold,
  }),
])
export type Breakpoint = z.infer<typeof breakpointSchema>

/** As it is told before anything is known of it but that it was asked for. */
export function breakpointOf(id: number, wish: BreakpointWish, message: string): Breakpoint {
  const told = { id, verified: false, message }
  const condition = wish.condition ?? null
  switch (wish.kind) {
    case 'line': {
      const place = placeOfWish(wish.at) ?? { file: wish.at, line: 0 }
      const { hit_condition = null, log_message = null } = wish
      const at = 'line' in place ? { ...place, text: null } : { ...place, line: null }
      return { kind: 'line', ...told, ...at, condition, hit_condition, log_message }
    }
    case 'function':
      return {
        kind: 'function',
        ...told,
        name: wish.name,
        condition,
        hit_condition: wish.hit_condition ?? null,
      }
    case 'exception':
      return { kind: 'exception', ...told, filter: wish.filter, condition }
    case 'data': {
      const { expression, access_type, hit_condition = null } = wish
      return { kind: 'data', ...told, expression, access_type, condition, hit_condition }
    }
  }
}

/** How one is asked for again, of another run of the same program; undefined where it was of this one's memory. */
export function wishAgain(breakpoint: Breakpoint): FirstBreakpoint | undefined {
  const { condition } = breakpoint
  const when = {
    ...(condition === null ? {} : { condition }),
    ...('hit_condition' in breakpoint && breakpoint.hit_condition !== null
      ? { hit_condition: breakpoint.hit_condition }
      : {}),
  }
  switch (breakpoint.kind) {
    case 'line': {
      const { file, line, text, log_message } = breakpoint
      const at = text === null ? `${file}:${line}` : `${file}:"${text}"`
      return { kind: 'line', at, ...when, ...(log_message === null ? {} : { log_message }) }
    }
    case 'function':
      return { kind: 'function', name: breakpoint.name, ...when }
    case 'exception':
      return { kind: 'exception', filter: breakpoint.filter, ...(condition === null ? {} : { condition }) }
    case 'data':
      return undefined
  }
}
