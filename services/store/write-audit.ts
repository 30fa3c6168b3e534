import type { Kysely, Selectable } from 'kysely'
import { subjectOf } from '../../lib/subject.ts'
import { type CredentialId, isSignInId, type UserId } from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import type { AuditRow, Schema } from './schema.ts'

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

/** How many entries are kept, or a few more: the oldest give way, so many at a time. */
const kept = 100_000
const atATime = 100
/** By this process. */
let written = 0

/** Writes an entry about what the present work is about (`lib/subject.ts`). */
export async function writeAudit(
  transaction: Kysely<Schema>,
  { user, credential, operation, address, now, refused = false }: AuditEvent,
): Promise<void> {
  const subject = subjectOf()
  await insertQuery(transaction, {
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
  if (written++ % atATime === 0) await forgetQuery(transaction, { kept })
}

const insertQuery = compiledQuery<Selectable<Omit<AuditRow, 'position'>>, unknown>((database, parameter) =>
  database.insertInto('audit').values({
    at: parameter('at'),
    actor_id: parameter('actor_id'),
    actor_token_id: parameter('actor_token_id'),
    actor_sign_in_id: parameter('actor_sign_in_id'),
    operation: parameter('operation'),
    refused: parameter('refused'),
    address: parameter('address'),
    request_id: parameter('request_id'),
    repository_id: parameter('repository_id'),
    session_id: parameter('session_id'),
    command_id: parameter('command_id'),
    token_id: parameter('token_id'),
    user_id: parameter('user_id'),
    invite_id: parameter('invite_id'),
  }),
)

const forgetQuery = compiledQuery<{ kept: number }, unknown>((database, parameter) =>
  database
    .deleteFrom('audit')
    .where('position', '<=', eb =>
      eb
        .selectFrom('audit as latest')
        .select(({ fn }) => eb(fn.max('latest.position'), '-', parameter('kept')).as('last')),
    ),
)
