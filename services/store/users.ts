import { randomBytes } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import { note } from '../../lib/subject.ts'
import { type UserId, userId } from '../contract/ids.ts'
import type { UserRole } from '../contract/user-role.ts'
import { scopesOf } from './rows.ts'
import type { Schema, UserRow } from './schema.ts'
import type { Store } from './store.ts'

/** Users: see `user-resources.ts` of the contract. None is ever removed, for what they had is told of for longer. */

export type NewUser = { name: string; role: UserRole; now: string }

export type CreatedUser = { outcome: 'created' | 'user_exists'; user: UserRow }

export const createUser = (store: Store, wanted: NewUser): Promise<CreatedUser> =>
  store.write(async transaction => {
    const existing = await userCalled(transaction, wanted.name)
    if (existing !== undefined) return { outcome: 'user_exists', user: existing }
    return { outcome: 'created', user: await insertUser(transaction, wanted) }
  })

/** Within a transaction that has found nobody of this name. */
export async function insertUser(
  transaction: Transaction<Schema>,
  { name, role, now }: NewUser,
): Promise<UserRow> {
  const user: UserRow = {
    id: userId.create(),
    name,
    role,
    secrets_key: randomBytes(32).toString('hex'),
    created_at: now,
    disabled_at: null,
  }
  await transaction.insertInto('users').values(user).execute()
  note({ user: user.id })
  return user
}

/** By the name, whatever its case. */
export const userCalled = (database: Kysely<Schema>, name: string): Promise<UserRow | undefined> =>
  database
    .selectFrom('users')
    .selectAll()
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .executeTakeFirst()

export const findUser = (store: Store, name: string): Promise<UserRow | undefined> =>
  store.read(database => userCalled(database, name))

export const getUser = (store: Store, id: UserId): Promise<UserRow | undefined> =>
  store.read(database => database.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst())

export const listUsers = (store: Store): Promise<UserRow[]> =>
  store.read(database => database.selectFrom('users').selectAll().orderBy(sql`lower(name)`).execute())

export type DisabledUser = { outcome: 'disabled'; user: UserRow } | { outcome: 'last_admin' }

/**
 * Has a user's tokens open nothing from now on; all else that is theirs stays as it is. One who is disabled already keeps
 * the time. Refused where nobody could administer the server any more.
 */
export const disableUser = (store: Store, id: UserId, now: string): Promise<DisabledUser> =>
  store.write(async transaction => {
    const { role, disabled_at } = await userOf(transaction, id)
    if (disabled_at === null) {
      if (role === 'admin' && !(await othersAdminister(transaction, id, now)))
        return { outcome: 'last_admin' }
      await transaction.updateTable('users').set({ disabled_at: now }).where('id', '=', id).execute()
    }
    return { outcome: 'disabled', user: await userOf(transaction, id) }
  })

/** Has the tokens of a user open what they did before. */
export const enableUser = (store: Store, id: UserId): Promise<UserRow> =>
  store.write(async transaction => {
    await transaction
      .updateTable('users')
      .set({ disabled_at: null })
      .where('id', '=', id)
      .where('disabled_at', 'is not', null)
      .execute()
    return userOf(transaction, id)
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
