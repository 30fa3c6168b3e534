import { z } from 'zod'
import { instant } from './fields.ts'
import { shareId, tokenId } from './ids.ts'

/** What the owner of a session gives others on its debuggers. */
export const debugShareRoles = ['control', 'watch'] as const
export type DebugShareRole = (typeof debugShareRoles)[number]

/** A role that was given: to a user, or to whoever has a token that opens the debuggers of this session and nothing else. */
export const debugShareSchema = z.object({
  id: z.union([shareId.schema, tokenId.schema]),
  role: z.enum(debugShareRoles),
  /** The user's name; null of a token. */
  user: z.string().nullable(),
  /** The token's name; null of a user. */
  name: z.string().nullable(),
  created_at: instant,
  expires_at: instant,
})
export type DebugShare = z.infer<typeof debugShareSchema>
