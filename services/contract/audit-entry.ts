import { z } from 'zod'
import { instant } from './fields.ts'
import { commandId, repositoryId, sessionId, tokenId, userId } from './ids.ts'

/** That somebody had something changed. What it was about may be gone. */
export const auditEntrySchema = z.object({
  /** Entries are counted in the order of their changes. */
  position: z.int().positive(),
  at: instant,
  /** The user, and what they are called. */
  actor: userId.schema,
  actor_name: z.string().nullable(),
  /** The token it was done with, and what that is called. */
  actor_token: tokenId.schema,
  actor_token_name: z.string().nullable(),
  /** What was asked for: the name of an operation, such as `sessions.delete`. */
  operation: z.string(),
  /** The address of the connection it came by: that of the proxy, where it came through that. */
  address: z.string().nullable(),
  /** As in the answer's header `x-request-id`, and in the logs. */
  request: z.string().nullable(),
  repository: repositoryId.schema.nullable(),
  session: sessionId.schema.nullable(),
  command: commandId.schema.nullable(),
  token: tokenId.schema.nullable(),
  user: userId.schema.nullable(),
})
export type AuditEntry = z.infer<typeof auditEntrySchema>
