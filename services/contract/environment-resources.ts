import { z } from 'zod'
import { environmentFailureSchema, environmentManagers, environmentStatuses } from './environment-state.ts'
import { instant } from './fields.ts'
import { commandId, environmentId, sessionId } from './ids.ts'

/** An environment as the sessions tell it that have it. */
export const sessionEnvironmentSchema = z.object({
  id: environmentId.schema,
  manager: z.enum(environmentManagers),
  /** SHA-256 of all that it was built from, the session's secrets included. Equal keys mean the same environment. */
  key: z.string(),
  status: z.enum(environmentStatuses),
  /** Null until it has been measured. */
  bytes: z.int().nullable(),
  /** What builds it, or has built it: a session and a command of it. Null where that is gone. */
  session: sessionId.schema.nullable(),
  command: commandId.schema.nullable(),
})
export type SessionEnvironment = z.infer<typeof sessionEnvironmentSchema>

export const environmentSchema = sessionEnvironmentSchema.extend({
  /** The name of the user whose sessions may have it. */
  owner: z.string(),
  /** The name of the repository; null where that is not there any more. */
  repository: z.string().nullable(),
  failure: environmentFailureSchema.nullable(),
  /** How many sessions have it: until then it is not removed. */
  sessions: z.int(),
  created_at: instant,
  /** When a session has begun to have it last. */
  used_at: instant,
})
export type Environment = z.infer<typeof environmentSchema>
