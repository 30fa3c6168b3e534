import { z } from 'zod'

/** What is read of gdb's answers and notices; whatever else they hold is passed over. */

const decimal = z
  .string()
  .regex(/^-?\d{1,15}$/)
  .transform(Number)
const address = z.string().regex(/^0x[\da-f]{1,16}$/i)
/** Exit codes are told in octal. */
const octal = z
  .string()
  .regex(/^[0-7]{1,11}$/)
  .transform(text => Number.parseInt(text, 8))

export const gdbFrameSchema = z.object({
  level: decimal.default(0),
  addr: z.string().optional(),
  func: z.string().optional(),
  file: z.string().optional(),
  fullname: z.string().optional(),
  line: decimal.optional(),
  /** The library, where there is no source. */
  from: z.string().optional(),
})
export type GdbFrame = z.infer<typeof gdbFrameSchema>
export const framesSchema = z.object({ stack: z.array(gdbFrameSchema) })
export const depthSchema = z.object({ depth: decimal })

const watchedSchema = z.object({ number: decimal, exp: z.string() })
export const stoppedSchema = z.object({
  reason: z.string().optional(),
  'thread-id': decimal.optional(),
  frame: gdbFrameSchema.optional().catch(undefined),
  bkptno: decimal.optional(),
  'signal-name': z.string().optional(),
  'signal-meaning': z.string().optional(),
  'exit-code': octal.optional(),
  wpt: watchedSchema.optional(),
  'hw-rwpt': watchedSchema.optional(),
  'hw-awpt': watchedSchema.optional(),
  wpnum: decimal.optional(),
  value: z
    .object({ old: z.string().optional(), new: z.string().optional(), value: z.string().optional() })
    .optional(),
  'return-value': z.string().optional(),
})
export type GdbStop = z.infer<typeof stoppedSchema>

const placeSchema = z.object({
  line: decimal.optional(),
  fullname: z.string().optional(),
  addr: z.string().optional(),
})
const bkptSchema = placeSchema.extend({
  number: decimal,
  times: decimal.default(0),
  pending: z.string().optional(),
  locations: z.array(placeSchema).optional(),
})
export type GdbBkpt = z.infer<typeof bkptSchema>
export const bkptAnswerSchema = z.object({ bkpt: bkptSchema })
/** Of locations there are notices of their own, which are of no interest. */
export const bkptNoticeSchema = z.object({ bkpt: bkptSchema })
export const watchAnswerSchema = z
  .object({
    wpt: watchedSchema.optional(),
    'hw-rwpt': watchedSchema.optional(),
    'hw-awpt': watchedSchema.optional(),
  })
  .transform((all, context) => {
    const found = all.wpt ?? all['hw-rwpt'] ?? all['hw-awpt']
    if (found !== undefined) return found
    context.addIssue('no watchpoint')
    return z.NEVER
  })

export const threadInfoSchema = z.object({
  threads: z.array(
    z.object({ id: decimal, 'target-id': z.string().optional(), name: z.string().optional() }),
  ),
})

export const localsSchema = z.object({
  variables: z.array(
    z.object({ name: z.string(), type: z.string().optional(), value: z.string().optional() }),
  ),
})

const childSchema = z.object({
  name: z.string(),
  exp: z.string(),
  numchild: decimal.default(0),
  value: z.string().optional(),
  type: z.string().optional(),
  displayhint: z.string().optional(),
  dynamic: z.string().optional(),
})
export type GdbChild = z.infer<typeof childSchema>
export const createdSchema = childSchema.omit({ exp: true }).extend({ has_more: decimal.default(0) })
export const childrenSchema = z.object({
  children: z.array(childSchema).default([]),
  has_more: decimal.default(0),
})
export const pathSchema = z.object({ path_expr: z.string() })
export const valueSchema = z.object({ value: z.string() })

export const registerNamesSchema = z.object({ 'register-names': z.array(z.string()) })
export const registerValuesSchema = z.object({
  'register-values': z.array(z.object({ number: decimal, value: z.string() })),
})

export const memorySchema = z.object({
  memory: z.array(z.object({ offset: address, contents: z.string() })),
})

const instructionSchema = z.object({
  address,
  'func-name': z.string().optional(),
  offset: decimal.optional(),
  opcodes: z.string().optional(),
  inst: z.string(),
})
export type GdbInstruction = z.infer<typeof instructionSchema>
export const assemblySchema = z.object({ asm_insns: z.array(instructionSchema) })
const linesSchema = z.object({
  /** Not of code behind such as has lines, that has none itself. */
  line: decimal.optional(),
  fullname: z.string().optional(),
  line_asm_insn: z.array(instructionSchema),
})
export const sourceAssemblySchema = z.object({
  asm_insns: z.array(z.union([linesSchema, instructionSchema])),
})

const librarySchema = z.object({
  id: z.string(),
  'host-name': z.string().optional(),
  'symbols-loaded': z.string().optional(),
  ranges: z.array(z.object({ from: z.string().optional(), to: z.string().optional() })).default([]),
})
export const librariesSchema = z.object({ 'shared-libraries': z.array(librarySchema) })
export const groupStartedSchema = z.object({ pid: decimal })
