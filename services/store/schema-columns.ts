import { sql } from 'kysely'
import { connect } from './database.ts'
import { migrateTo } from './migrate.ts'
import type { MigrationName } from './migration-names.ts'

/** Every column of a database, as `table.column`. */
export const columnsQuery =
  "select t.name || '.' || c.name as name from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'"

/** The columns that a store has after a migration: read from one that is made in memory. */
export async function columnsAt(last: MigrationName): Promise<Set<string>> {
  const { database } = connect(':memory:')
  try {
    await migrateTo(database, last)
    const { rows } = await sql<{ name: string }>`${sql.raw(columnsQuery)}`.execute(database)
    return new Set(rows.map(({ name }) => name))
  } finally {
    await database.destroy()
  }
}
