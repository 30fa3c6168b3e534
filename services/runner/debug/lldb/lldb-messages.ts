import { z } from 'zod'

/** What is read of lldb-dap's messages beyond what every adapter says. */

export const processSchema = z.object({ systemProcessId: z.int() })
export const exitedSchema = z.object({ exitCode: z.int() })
export const stoppedSchema = z.looseObject({
  reason: z.string(),
  description: z.string().optional(),
  threadId: z.int().optional(),
  hitBreakpointIds: z.array(z.int()).optional(),
})
export type LldbStopped = z.infer<typeof stoppedSchema>

/** Of a command of lldb's own. */
export const saidSchema = z.object({ result: z.string() })

/** Of `debug-server-panic` and `debug-server-thrown`: JSON, in what they say. */
export const toldSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('this is no JSON')
      return z.NEVER
    }
  })
  .pipe(z.string().nullable())
