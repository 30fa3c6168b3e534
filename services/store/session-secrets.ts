import { createHmac } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { SessionId } from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import type { Schema, SessionSecretRow } from './schema.ts'
import type { Store } from './store.ts'

/**
 * Secrets of sessions: for their commands' environment, to be masked in their logs, and to tell apart what was built with
 * others. Nothing else reads them.
 */

export async function insertSecrets(
  transaction: Transaction<Schema>,
  session: SessionId,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const rows = Object.entries(secrets).map(([name, value]) => ({ session_id: session, name, value }))
  if (rows.length > 0) await transaction.insertInto('session_secrets').values(rows).execute()
}

/** By the names of the environment variables. They never change. */
export const secretsOf = async (store: Store, session: SessionId): Promise<Record<string, string>> => {
  const rows = await store.read(database => secretsQuery(database, { session }))
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

const secretsQuery = compiledQuery<{ session: SessionId }, Pick<SessionSecretRow, 'name' | 'value'>>(
  (database, parameter) =>
    database
      .selectFrom('session_secrets')
      .select(['name', 'value'])
      .where('session_id', '=', parameter('session')),
)

/**
 * Equal for sessions of one owner that have the same secrets, '' for those without. It is part of what others are told, and
 * secrets can be short: so nobody can try them out who does not know what the store alone knows of the owner.
 */
export async function secretsMark(store: Store, session: SessionId): Promise<string> {
  const secrets = Object.entries(await secretsOf(store, session)).sort(([a], [b]) => (a < b ? -1 : 1))
  if (secrets.length === 0) return ''
  const { secrets_key } = await store.read(database =>
    database
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.owner_id')
      .select('secrets_key')
      .where('sessions.id', '=', session)
      .executeTakeFirstOrThrow(),
  )
  return createHmac('sha256', secrets_key).update(JSON.stringify(secrets)).digest('hex')
}
