import type { Transaction } from 'kysely'
import type { SessionId } from '../contract/ids.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

/** Secrets of sessions: for their commands' environment, and to be masked in their logs. Nothing else reads them. */

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
  const rows = await store.read(database =>
    database
      .selectFrom('session_secrets')
      .select(['name', 'value'])
      .where('session_id', '=', session)
      .execute(),
  )
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}
