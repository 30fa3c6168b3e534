import type { Kysely } from 'kysely'

/** What opens one stream, once. No reference: a ticket is gone in half a minute, and what it names is looked up at its use. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('tickets')
    .addColumn('secret_sha256', 'text', column => column.primaryKey())
    .addColumn('user_id', 'text', column => column.notNull())
    .addColumn('credential_id', 'text', column => column.notNull())
    .addColumn('stream', 'text', column => column.notNull())
    .addColumn('session_id', 'text')
    .addColumn('command_id', 'text')
    .addColumn('expires_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('tickets_user').on('tickets').column('user_id').execute()
  await schema.createIndex('tickets_expiry').on('tickets').column('expires_at').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropTable('tickets').execute()
}
