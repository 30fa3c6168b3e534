import { type Kysely, sql } from 'kysely'

/**
 * Runners, and which of them works on a repository, a session or a command. The reference is the lease: a runner whose row goes has
 * lost all of its leases in the same instant.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('runners')
    // Never given twice, also when the row with the highest one is gone.
    .addColumn('token', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('instance_id', 'text', column => column.notNull())
    .addColumn('host', 'text', column => column.notNull())
    .addColumn('pid', 'integer', column => column.notNull())
    .addColumn('process_started', 'text', column => column.notNull())
    .addColumn('process_scope', 'text', column => column.notNull())
    .addColumn('beats', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('term_ms', 'integer', column => column.notNull())
    .addColumn('renewed_at', 'text', column => column.notNull())
    .execute()
  for (const table of leased) {
    await schema
      .alterTable(table)
      .addColumn('runner_token', 'integer', column => column.references('runners.token').onDelete('set null'))
      .execute()
    await schema
      .createIndex(`${table}_runner`)
      .on(table)
      .column('runner_token')
      .where(sql<boolean>`runner_token is not null`)
      .execute()
  }
}

export async function down(database: Kysely<unknown>): Promise<void> {
  for (const table of leased) {
    await database.schema.dropIndex(`${table}_runner`).execute()
    await database.schema.alterTable(table).dropColumn('runner_token').execute()
  }
  await database.schema.dropTable('runners').execute()
}

const leased = ['repositories', 'sessions', 'commands'] as const
