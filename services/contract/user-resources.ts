import { z } from 'zod'
import { instant, shownText } from './fields.ts'
import { signInId, userId } from './ids.ts'
import { userRoles } from './user-role.ts'

/** How others are to see a name. */
export const displayName = shownText(100).describe('as others are to see the name; empty: like the name')

/** To whom sessions, environments and tokens belong: all tokens of a user see the same ones. */
export const userSchema = z.object({
  id: userId.schema,
  name: z.string(),
  /** What they want to be called; null: like their name. */
  display_name: z.string().nullable(),
  role: z.enum(userRoles),
  created_at: instant,
  /** Since when none of their tokens and sign-ins opens anything; null where they do. */
  disabled_at: instant.nullable(),
})
export type User = z.infer<typeof userSchema>

/** That a user has proved who they are with a password: lasts as long as it is refreshed, and not revoked. */
export const signInSchema = z.object({
  id: signInId.schema,
  /** The name of the user. */
  user: z.string(),
  /** Where it was refreshed last, and what by, as that calls itself (`User-Agent`). */
  address: z.string().nullable(),
  client: z.string().nullable(),
  created_at: instant,
  refreshed_at: instant,
  /** When it ends unless it is refreshed before. */
  expires_at: instant,
  revoked_at: instant.nullable(),
})
export type SignIn = z.infer<typeof signInSchema>
