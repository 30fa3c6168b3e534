import type { Kysely } from 'kysely'

/**
 * Debug sessions. Each is one command with a debugger: it has ended when the command has, so no state is kept here but
 * what became of its breakpoints.
 */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('debug_sessions')
    .addColumn('position', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', column => column.notNull().unique())
    .addColumn('session_id', 'text', column => column.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('command_id', 'text', column =>
      column.notNull().unique().references('commands.id').onDelete('cascade'),
    )
    .addColumn('engine', 'text', column => column.notNull())
    .addColumn('request_json', 'text', column => column.notNull())
    .addColumn('breakpoints_json', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .execute()
  await schema
    .createIndex('debug_sessions_session')
    .on('debug_sessions')
    .columns(['session_id', 'position'])
    .execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropTable('debug_sessions').execute()
}
