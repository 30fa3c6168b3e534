import type { Generated } from 'kysely'
import type { CommandId, CredentialId, InviteId, SessionId, SignInId, UserId } from '../contract/ids.ts'
import type { StreamName } from '../contract/stream-target.ts'

/** Rows of what people come in by: see `schema.ts` for how they are written. */

/** How long a sign-in lasts that is not refreshed, in milliseconds. */
export const signInLife = 30 * 86_400_000

/** That a user has proved who they are. */
export type SignInRow = {
  id: SignInId
  user_id: UserId
  created_at: string
  /** A refresh puts it off: it lasts for `signInLife` from then. */
  expires_at: string
  revoked_at: string | null
  /** Where it was refreshed last, and what by, as that calls itself; null where that is not known. */
  address: string | null
  client: string | null
}

/** Each is good for one use. Used ones are kept with their sign-in, so that one that comes again is known. */
export type RefreshTokenRow = {
  /** SHA-256 of the secret, hexadecimal. */
  secret_sha256: string
  sign_in_id: SignInId
  used_at: string | null
}

/** One row: what access tokens of sign-ins are signed with. */
export type SigningKeyRow = {
  id: 1
  /** 256 random bits, hexadecimal. */
  secret: string
}

/** What lets people register who are not known yet. */
export type InviteRow = {
  id: InviteId
  /** SHA-256 of the code, hexadecimal. */
  code_sha256: string
  /** How the code begins, to tell it by. */
  hint: string
  note: string | null
  /** How many may register with it, and how many have. */
  uses: number
  used: Generated<number>
  created_by: UserId
  created_at: string
  expires_at: string
  revoked_at: string | null
  last_used_at: string | null
}

/** What opens one stream, once. */
export type TicketRow = {
  /** SHA-256 of the secret, hexadecimal. */
  secret_sha256: string
  user_id: UserId
  /** What it was made by, and ends with. */
  credential_id: CredentialId
  /** `app`: none, but an app. */
  stream: StreamName | 'app'
  session_id: SessionId | null
  command_id: CommandId | null
  app: string | null
  expires_at: string
}
