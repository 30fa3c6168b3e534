import { randomBytes } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import { note } from '../../lib/subject.ts'
import { type UserId, userId } from '../contract/ids.ts'
import type { UserRole } from '../contract/user-role.ts'
import type { Schema, UserRow } from './schema.ts'
import type { Store } from './store.ts'

/** Users: see `user-resources.ts` of the contract. None is ever removed, for what they had is told of for longer. */

export type NewUser = {
  id?: UserId
  name: string
  role: UserRole
  display_name?: string | null | undefined
  password_hash?: string | null | undefined
  now: string
}

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
  { id = userId.create(), name, role, display_name = null, password_hash = null, now }: NewUser,
): Promise<UserRow> {
  const user: UserRow = {
    id,
    name,
    role,
    display_name,
    password_hash,
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

/** So many in the order of their names, whatever their case, behind one. */
export const listUsers = (
  store: Store,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<UserRow[]> =>
  store.read(database => {
    const query = database.selectFrom('users').selectAll().orderBy(sql`lower(name)`).limit(limit)
    return (after === undefined ? query : query.where(sql<boolean>`lower(name) > lower(${after})`)).execute()
  })
