import type { Transaction } from 'kysely'
import type { UserId } from '../contract/ids.ts'
import { scopesOf } from './rows.ts'
import type { Schema, UserRow } from './schema.ts'
import type { Store } from './store.ts'

/** Whether a user may use the server at all. What is theirs stays as it is either way. */

export type DisabledUser = { outcome: 'disabled'; user: UserRow } | { outcome: 'last_admin' }

/**
 * Has a user's tokens open nothing from now on. One who is disabled already keeps the time. Refused where nobody could
 * administer the server any more.
 */
export const disableUser = (store: Store, id: UserId, now: string): Promise<DisabledUser> =>
  store.write(async transaction => {
    const user = await userOf(transaction, id)
    if (user.disabled_at !== null) return { outcome: 'disabled', user }
    if (user.role === 'admin' && !(await othersAdminister(transaction, id, now)))
      return { outcome: 'last_admin' }
    await transaction.updateTable('users').set({ disabled_at: now }).where('id', '=', id).execute()
    return { outcome: 'disabled', user: { ...user, disabled_at: now } }
  })

/** Has the tokens of a user open what they did before. */
export const enableUser = (store: Store, id: UserId): Promise<UserRow> =>
  store.write(async transaction => {
    const user = await userOf(transaction, id)
    if (user.disabled_at === null) return user
    await transaction.updateTable('users').set({ disabled_at: null }).where('id', '=', id).execute()
    return { ...user, disabled_at: null }
  })

const userOf = (transaction: Transaction<Schema>, id: UserId): Promise<UserRow> =>
  transaction.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

/** Whether another user has a token with which the server can be administered now. */
async function othersAdminister(transaction: Transaction<Schema>, id: UserId, now: string): Promise<boolean> {
  const tokens = await transaction
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .select('scopes_json')
    .where('users.id', '!=', id)
    .where('users.role', '=', 'admin')
    .where('users.disabled_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .execute()
  return tokens.some(token => scopesOf(token).includes('admin'))
}
