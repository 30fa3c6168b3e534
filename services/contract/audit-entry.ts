import { z } from 'zod'
import { instant } from './fields.ts'
import { commandId, inviteId, repositoryId, sessionId, signInId, tokenId, userId } from './ids.ts'

/** That somebody had something changed, or was not let in. What it was about may be gone. */
export const auditEntrySchema = z.object({
  /** Entries are counted in the order of their changes. */
  position: z.int().positive(),
  at: instant,
  /** The user, and what they are called; null: nobody knows. */
  actor: userId.schema.nullable(),
  actor_name: z.string().nullable(),
  /** The token it was done with, and what that is called; null: with a sign-in, or before one. */
  actor_token: tokenId.schema.nullable(),
  actor_token_name: z.string().nullable(),
  actor_sign_in: signInId.schema.nullable(),
  /** What was asked for: the name of an operation, such as `sessions.delete`. */
  operation: z.string(),
  /** It was not done: of those who try to sign in as somebody else. */
  refused: z.boolean(),
  /** The address of the connection it came by: that of the proxy, where it came through that. */
  address: z.string().nullable(),
  /** As in the answer's header `x-request-id`, and in the logs. */
  request: z.string().nullable(),
  repository: repositoryId.schema.nullable(),
  session: sessionId.schema.nullable(),
  command: commandId.schema.nullable(),
  token: tokenId.schema.nullable(),
  user: userId.schema.nullable(),
  invite: inviteId.schema.nullable(),
})
export type AuditEntry = z.infer<typeof auditEntrySchema>
