import type { Kysely } from 'kysely'
import { subjectOf } from '../../lib/subject.ts'
import { type CredentialId, isSignInId, type UserId } from '../contract/ids.ts'
import type { Schema } from './schema.ts'

export type AuditEvent = {
  /** Who, and with what; null where nobody has proved who they are. */
  readonly user: UserId | null
  readonly credential: CredentialId | null
  readonly operation: string
  readonly address: string | null
  readonly now: () => string
  /** It was not done. */
  readonly refused?: boolean
}

/** How many entries are kept; the oldest give way. */
const kept = 100_000

/** Writes an entry about what the present work is about (`lib/subject.ts`). */
export async function writeAudit(
  transaction: Kysely<Schema>,
  { user, credential, operation, address, now, refused = false }: AuditEvent,
): Promise<void> {
  const subject = subjectOf()
  const { position } = await transaction
    .insertInto('audit')
    .values({
      at: now(),
      actor_id: user,
      actor_token_id: credential === null || isSignInId(credential) ? null : credential,
      actor_sign_in_id: credential !== null && isSignInId(credential) ? credential : null,
      operation,
      refused: refused ? 1 : 0,
      address,
      request_id: subject?.request ?? null,
      repository_id: subject?.repository ?? null,
      session_id: subject?.session ?? null,
      command_id: subject?.command ?? null,
      token_id: subject?.token ?? null,
      user_id: subject?.user ?? null,
      invite_id: subject?.invite ?? null,
    })
    .returning('position')
    .executeTakeFirstOrThrow()
  await transaction
    .deleteFrom('audit')
    .where('position', '<=', position - kept)
    .execute()
}
