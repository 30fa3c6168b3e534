import { z } from 'zod'
import { viewerSchema } from './debug-control.ts'
import { frameSchema, scopeSchema, stopSchema, threadSchema, variableSchema } from './debug-resources.ts'
import { instant } from './fields.ts'
import { logChunkSchema } from './log-message.ts'

/** What the record of a debug session has of one stop. Null: it was not asked for then; `missing` says so in words. */
export const debugReplaySchema = z.object({
  stop: stopSchema,
  at: instant,
  /** Who had sent the debuggee on, or launched it. */
  by: viewerSchema.nullable(),
  /** The first and the last stop that stand in the record. */
  stops: z.object({ first: z.int(), last: z.int() }),
  threads: z.array(threadSchema).nullable(),
  /** Of the thread that is asked for; only the innermost one where the others were not asked for. */
  frames: z.array(frameSchema).nullable(),
  scopes: z.array(scopeSchema).nullable(),
  variables: z.array(variableSchema).nullable(),
  /** What was evaluated while it stood there, and its text or the error. */
  evaluated: z.array(
    z.object({
      expression: z.string(),
      value: z.string().nullable(),
      error: z.string().nullable(),
      by: viewerSchema.nullable(),
    }),
  ),
  /** How much it had written by then, in bytes, and the last of that. */
  output: z.object({ stdout: z.int(), stderr: z.int(), chunks: z.array(logChunkSchema) }),
  missing: z.array(z.string()),
})
export type DebugReplay = z.infer<typeof debugReplaySchema>
