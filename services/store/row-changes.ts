import { type Kysely, sql } from 'kysely'
import { compiledQuery } from './compiled-query.ts'
import type { Schema } from './schema.ts'

const changesQuery = compiledQuery<Record<never, never>, { changes: number }>(database =>
  database.selectNoFrom(sql<number>`total_changes()`.as('changes')),
)

/** How many rows this connection has changed so far. */
export const rowChanges = async (transaction: Kysely<Schema>): Promise<number> =>
  (await changesQuery(transaction, {}))[0]?.changes ?? 0
