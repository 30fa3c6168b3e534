import type { Kysely } from 'kysely'

/** Which requests have made what, so that none is done twice: see `idempotency-key.ts`. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('idempotency_keys')
    .addColumn('user_id', 'text', column => column.notNull().references('users.id'))
    .addColumn('operation', 'text', column => column.notNull())
    .addColumn('key_sha256', 'text', column => column.notNull())
    .addColumn('input_mac', 'text', column => column.notNull())
    .addColumn('made_json', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['user_id', 'operation', 'key_sha256'])
    .execute()
  await schema.createIndex('idempotency_keys_age').on('idempotency_keys').columns(['created_at']).execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropTable('idempotency_keys').execute()
}
