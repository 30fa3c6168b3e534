import { z } from 'zod'
import { instant } from './fields.ts'

/** What a debugger has said by itself (DAP's `output`): above all what logpoints say, for they do not stop. As it is kept. */
export const saidSchema = z.object({
  at: instant,
  /** DAP's: `console`, `important`, `stdout`, `stderr`, or what else the adapter says. */
  category: z.string(),
  /** Cut after 2,000 characters; `truncated` then. */
  text: z.string(),
  truncated: z.boolean(),
  /** Where it was said, where the adapter tells that. */
  file: z.string().nullable(),
  line: z.int().nullable(),
})
export type Said = z.infer<typeof saidSchema>

/** As it is told; `offset`: its first byte among all that the debugger has said. */
export const debuggerMessageSchema = saidSchema.extend({ offset: z.int() })
export type DebuggerMessage = z.infer<typeof debuggerMessageSchema>
