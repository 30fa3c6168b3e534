import type { Transaction } from 'kysely'
import { toInstant } from '../../lib/clock.ts'
import type { UserId } from '../contract/ids.ts'
import { scopesOf } from './rows.ts'
import type { Schema, UserRow } from './schema.ts'
import type { Store } from './store.ts'

/** Whether a user may use the server at all. What is theirs stays as it is either way. */

export type DisabledUser = { outcome: 'disabled'; user: UserRow } | { outcome: 'last_admin' }

/**
 * Has a user's tokens and sign-ins open nothing from now on. One who is disabled already keeps the time. Refused where nobody could
 * administer the server any more.
 */
export const disableUser = (store: Store, id: UserId, now: string): Promise<DisabledUser> =>
  store.write(async transaction => {
    const user = await userOf(transaction, id)
    if (user.disabled_at !== null) return { outcome: 'disabled', user }
    if (await isLastAdmin(transaction, user, Date.parse(now))) return { outcome: 'last_admin' }
    await transaction.updateTable('users').set({ disabled_at: now }).where('id', '=', id).execute()
    return { outcome: 'disabled', user: { ...user, disabled_at: now } }
  })

/** Has the tokens and sign-ins of a user open what they did before. */
export const enableUser = (store: Store, id: UserId): Promise<UserRow> =>
  store.write(async transaction => {
    const user = await userOf(transaction, id)
    if (user.disabled_at === null) return user
    await transaction.updateTable('users').set({ disabled_at: null }).where('id', '=', id).execute()
    return { ...user, disabled_at: null }
  })

export const userOf = (transaction: Transaction<Schema>, id: UserId): Promise<UserRow> =>
  transaction.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

/**
 * Whether nobody but this user can administer the server now: nobody else has the role, and a token for that or a
 * password to sign in with.
 */
export async function isLastAdmin(
  transaction: Transaction<Schema>,
  { id, role }: UserRow,
  now: number,
): Promise<boolean> {
  if (role !== 'admin') return false
  const signingIn = await transaction
    .selectFrom('users')
    .select('id')
    .where('id', '!=', id)
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .where('password_hash', 'is not', null)
    .executeTakeFirst()
  if (signingIn !== undefined) return false
  const tokens = await transaction
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .select('scopes_json')
    .where('users.id', '!=', id)
    .where('users.role', '=', 'admin')
    .where('users.disabled_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', toInstant(now))]))
    .execute()
  return !tokens.some(token => scopesOf(token).includes('admin'))
}
