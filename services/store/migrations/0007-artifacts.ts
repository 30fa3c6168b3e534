import type { Kysely } from 'kysely'

/** What commands are to leave behind, and what was kept of it. The bytes lie in files, by their SHA-256. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('commands').addColumn('artifacts_json', 'text').execute()
  await schema.alterTable('commands').addColumn('collection_json', 'text').execute()
  await schema
    .createTable('artifacts')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('session_id', 'text', column => column.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('command_id', 'text', column => column.notNull().references('commands.id').onDelete('cascade'))
    .addColumn('path', 'text', column => column.notNull())
    .addColumn('bytes', 'integer', column => column.notNull())
    .addColumn('sha256', 'text', column => column.notNull())
    .addColumn('media_type', 'text', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('summary_json', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .addUniqueConstraint('artifacts_path', ['command_id', 'path'])
    .execute()
  await schema.createIndex('artifacts_session').on('artifacts').column('session_id').execute()
  await schema.createIndex('artifacts_created').on('artifacts').columns(['created_at', 'id']).execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropTable('artifacts').execute()
  for (const column of ['artifacts_json', 'collection_json'])
    await schema.alterTable('commands').dropColumn(column).execute()
}
