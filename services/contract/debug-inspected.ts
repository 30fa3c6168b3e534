import { z } from 'zod'

/** What can be seen of a debuggee beyond its stack and variables, in the words of the Debug Adapter Protocol. */

/** A window of lines. Files are told as frames tell them. */
export const sourceWindowSchema = z.object({
  file: z.string().nullable(),
  /** Of a generated source. */
  reference: z.int().nullable(),
  /** The line in the middle: where the frame stands, or which was asked for. */
  line: z.int(),
  /** The number of the first one of `lines`, counted from 1. */
  first: z.int(),
  /** Each cut after 500 characters. */
  lines: z.array(z.string()),
  /** How many the source has. */
  total: z.int(),
})
export type SourceWindow = z.infer<typeof sourceWindowSchema>

export const loadedSourceSchema = z.object({
  name: z.string(),
  /** Null where it has none. */
  file: z.string().nullable(),
  /** What `reference` of `debug.source` means; null where it is a file. */
  reference: z.int().nullable(),
})
export type LoadedSource = z.infer<typeof loadedSourceSchema>

export const moduleSchema = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** Whether there are symbols for it, as the debugger says. */
  symbols: z.string().nullable(),
})
export type Module = z.infer<typeof moduleSchema>

export const exceptionSchema = z.object({
  /** Its type. */
  id: z.string(),
  description: z.string().nullable(),
  /** `always`, `unhandled`, `userUnhandled`, or what else the adapter says. */
  break_mode: z.string(),
  /** Its message, and where it was raised, as the debuggee's language writes that. */
  message: z.string().nullable(),
  stack: z.string().nullable(),
})
export type ExceptionTold = z.infer<typeof exceptionSchema>

export const instructionSchema = z.object({
  address: z.string(),
  /** In hexadecimal digits, as the debugger writes them. */
  bytes: z.string().nullable(),
  instruction: z.string(),
  symbol: z.string().nullable(),
  /** The line that it belongs to. */
  file: z.string().nullable(),
  line: z.int().nullable(),
})
export type Instruction = z.infer<typeof instructionSchema>
