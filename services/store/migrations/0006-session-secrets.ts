import type { Kysely } from 'kysely'

/** What commands of a session get in their environment and nobody is told again. It goes with the session. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('session_secrets')
    .addColumn('session_id', 'text', column => column.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('value', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('session_secrets_name', ['session_id', 'name'])
    .execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropTable('session_secrets').execute()
}
