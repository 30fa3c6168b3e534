import { z } from 'zod'

/** How large a terminal is, in characters. */
export const terminalSizeSchema = z.object({ columns: z.int(), rows: z.int() })
export type TerminalSize = z.infer<typeof terminalSizeSchema>

const extent = z.int().min(1).max(1_000)
/** The fields of an operation that gives a terminal its size. */
export const terminalSizeFields = {
  columns: extent.describe('how many characters a line of its terminal has'),
  rows: extent.describe('how many lines its terminal has'),
}
export const defaultTerminalSize: TerminalSize = { columns: 80, rows: 24 }

export const base64Text = z
  .string()
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'expected base64')

/** The most that is typed with one call, in bytes. */
export const mostTyped = 65_536

/** What is typed, as text or as the bytes themselves. */
export const typedFields = {
  text: z
    .string()
    .max(mostTyped)
    .refine(text => text.isWellFormed(), 'must be text: it has half of a surrogate pair')
    .refine(text => new TextEncoder().encode(text).length <= mostTyped, 'must be at most 64 KiB of UTF-8')
    .optional()
    .describe('what to type; the return key is \\r, Ctrl+C \\u0003'),
  base64: base64Text
    .max(Math.ceil(mostTyped / 3) * 4)
    .optional()
    .describe('the same as bytes, for what is no text'),
}
