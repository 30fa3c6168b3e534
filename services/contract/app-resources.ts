import { z } from 'zod'
import { appReference } from './app-name.ts'
import { commandFailureSchema } from './command-state.ts'
import { instant } from './fields.ts'
import { commandId, sessionId } from './ids.ts'

/**
 *     stopped → starting → ready → stopped | failed → starting
 *
 * `failed`: it has ended with a code other than 0, or did not answer in time. Who comes by starts it again, once ten seconds
 * have passed; who says so, at once. `unknown`: of a port, of which nobody has asked who listens there.
 */
export const appStatuses = ['stopped', 'starting', 'ready', 'failed', 'unknown'] as const
export type AppStatus = (typeof appStatuses)[number]

/** An app of a session: a program that runs in its sandbox, for a browser. */
export const appSchema = z.object({
  /** Or a port. */
  name: appReference,
  session: sessionId.schema,
  status: z.enum(appStatuses),
  /** What it is, or was last: its log, limits and exit code are those of this command. */
  command: commandId.schema.nullable(),
  exit_code: z.int().nullable(),
  failure: commandFailureSchema.nullable(),
  /** After how many seconds without a connection it is stopped; 0: it ends with its session. */
  idle_seconds: z.number(),
  started_at: instant.nullable(),
  ready_at: instant.nullable(),
  ended_at: instant.nullable(),
})
export type App = z.infer<typeof appSchema>
