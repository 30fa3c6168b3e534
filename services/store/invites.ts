import { randomInt } from 'node:crypto'
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { note } from '../../lib/subject.ts'
import { type InviteId, inviteId, type UserId } from '../contract/ids.ts'
import type { InviteStatus } from '../contract/invite-resources.ts'
import { isBefore, type Place } from './place.ts'
import { beginsLike, type Resolved, resolved } from './references.ts'
import type { Schema } from './schema.ts'
import { hashSecret } from './secret.ts'
import type { InviteRow } from './sign-in-rows.ts'
import type { Store } from './store.ts'

/**
 * Codes by which people become users. A code has 40 random bits, which is plenty for who asks the server and nothing for
 * who has the store; there it stands as a hash all the same, so that nobody reads one by the way.
 */

/** Crockford's base 32 in capitals: nothing in it is taken for anything else. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 8
/** How much of that is told again. */
const shown = 2

/** With the name of who made it, and how it stands. */
export type InviteJoined = Selectable<InviteRow> & { creator_name: string; status: InviteStatus }

export type NewInvites = {
  count: number
  uses: number
  prefix: string
  note: string | undefined
  by: UserId
  now: string
  expires_at: string
}

export type CreatedInvite = { readonly invite: InviteJoined; readonly code: string }

export const createInvites = (store: Store, wanted: NewInvites): Promise<CreatedInvite[]> =>
  store.write(async transaction => {
    const made: CreatedInvite[] = []
    for (let index = 0; index < wanted.count; index++) made.push(await insertInvite(transaction, wanted))
    const [first, second] = made
    if (first !== undefined && second === undefined) note({ invite: first.invite.id })
    return made
  })

async function insertInvite(
  transaction: Transaction<Schema>,
  { uses, prefix, note: text, by, now, expires_at }: NewInvites,
): Promise<CreatedInvite> {
  const beginning = `${prefix.toUpperCase()}-`
  const code = beginning + randomCharacters()
  const id = inviteId.create()
  await transaction
    .insertInto('invites')
    .values({
      id,
      code_sha256: hashSecret(normalCode(code)),
      hint: `${code.slice(0, beginning.length + shown)}…`,
      note: text ?? null,
      uses,
      created_by: by,
      created_at: now,
      expires_at,
      revoked_at: null,
      last_used_at: null,
    })
    .execute()
  const invite = await inviteOf(transaction, id, now)
  return { invite, code }
}

/** A code as it is compared: however it was typed, with letters taken for the digits that they look like. */
export function normalCode(code: string): string {
  const text = code.trim().toUpperCase()
  const at = text.lastIndexOf('-') + 1
  const drawn = text.slice(at).replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return text.slice(0, at) + drawn
}

/** The invite with this code, whatever has become of it. */
export const inviteWithCode = (
  database: Kysely<Schema>,
  code: string,
  now: string,
): Promise<InviteJoined | undefined> =>
  selectInvites(database, now)
    .where('code_sha256', '=', hashSecret(normalCode(code)))
    .executeTakeFirst()

/** Takes one use of an invite, within a transaction that has found it valid. */
export async function useInvite(
  transaction: Transaction<Schema>,
  { id }: InviteJoined,
  now: string,
): Promise<void> {
  await transaction
    .updateTable('invites')
    .set(eb => ({ used: eb('used', '+', 1), last_used_at: now }))
    .where('id', '=', id)
    .execute()
  note({ invite: id })
}

type ListedInvites = {
  status: InviteStatus | undefined
  after?: Place | undefined
  limit: number
  now: string
}

/** The latest first. */
export const listInvites = (
  store: Store,
  { status, after, limit, now }: ListedInvites,
): Promise<InviteJoined[]> =>
  store.read(database => {
    let query = selectInvites(database, now)
      .orderBy('invites.created_at', 'desc')
      .orderBy('invites.id', 'desc')
      .limit(limit)
    if (status !== undefined) query = query.where(statusAt(now), '=', status)
    if (after !== undefined) query = query.where(isBefore('invites', after))
    return query.execute()
  })

export const resolveInvite = (
  store: Store,
  reference: string,
  now: string,
): Promise<Resolved<InviteJoined>> =>
  store.read(async database =>
    resolved(
      await selectInvites(database, now)
        .where(beginsLike('invites.id', inviteId.prefix, reference))
        .limit(3)
        .execute(),
    ),
  )

/** One that is revoked already keeps its time. */
export const revokeInvite = (store: Store, { id }: InviteJoined, now: string): Promise<InviteJoined> =>
  store.write(async transaction => {
    await transaction
      .updateTable('invites')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .execute()
    note({ invite: id })
    return inviteOf(transaction, id, now)
  })

const inviteOf = (transaction: Transaction<Schema>, id: InviteId, now: string): Promise<InviteJoined> =>
  selectInvites(transaction, now).where('invites.id', '=', id).executeTakeFirstOrThrow()

/** Who may not administer any more lets nobody in either. */
const statusAt = (now: string) =>
  sql<InviteStatus>`case when invites.revoked_at is not null or users.disabled_at is not null or users.role != 'admin'
    then 'revoked' when used >= uses then 'used_up'
    when invites.expires_at <= ${now} then 'expired' else 'valid' end`

const selectInvites = (database: Pick<Kysely<Schema>, 'selectFrom'>, now: string) =>
  database
    .selectFrom('invites')
    .innerJoin('users', 'users.id', 'invites.created_by')
    .selectAll('invites')
    .select(['users.name as creator_name', statusAt(now).as('status')])

function randomCharacters(): string {
  let text = ''
  for (let index = 0; index < length; index++) text += alphabet[randomInt(alphabet.length)]
  return text
}
