import { type Kysely, sql } from 'kysely'

/** Which commands are debuggees stands with them, so that those that wait are found without looking at the whole queue. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .alterTable('commands')
    .addColumn('debuggee', 'integer', column => column.notNull().defaultTo(0))
    .execute()
  await sql`update commands set debuggee = 1 where id in (select command_id from debug_sessions)`.execute(
    database,
  )
  await schema
    .createIndex('commands_debuggees')
    .on('commands')
    .columns(['created_at', 'session_id'])
    .where(sql<boolean>`status = 'queued' and debuggee = 1`)
    .execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropIndex('commands_debuggees').execute()
  await schema.alterTable('commands').dropColumn('debuggee').execute()
}
