import { z } from 'zod'
import { instant } from './fields.ts'
import { userId } from './ids.ts'
import { userRoles } from './user-role.ts'

/** To whom sessions, environments and tokens belong: all tokens of a user see the same ones. */
export const userSchema = z.object({
  id: userId.schema,
  name: z.string(),
  role: z.enum(userRoles),
  created_at: instant,
  /** Since when none of their tokens opens anything; null where they do. */
  disabled_at: instant.nullable(),
})
export type User = z.infer<typeof userSchema>
