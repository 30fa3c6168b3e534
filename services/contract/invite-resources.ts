import { z } from 'zod'
import { instant } from './fields.ts'
import { inviteId } from './ids.ts'

/** `valid`: somebody may register with it. `used_up`: as many have as may. The others are what they say, in this order. */
export const inviteStatuses = ['valid', 'used_up', 'expired', 'revoked'] as const
export type InviteStatus = (typeof inviteStatuses)[number]

/** What lets people register who are not known yet. */
export const inviteSchema = z.object({
  id: inviteId.schema,
  /** How its code begins, to tell it by: the code itself is told once. */
  hint: z.string(),
  note: z.string().nullable(),
  status: z.enum(inviteStatuses),
  /** How many may register with it, and how many have. */
  uses: z.int().positive(),
  used: z.int().min(0),
  /** The name of who made it. */
  created_by: z.string(),
  created_at: instant,
  expires_at: instant,
  revoked_at: instant.nullable(),
  last_used_at: instant.nullable(),
})
export type Invite = z.infer<typeof inviteSchema>
