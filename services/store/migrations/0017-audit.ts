import type { Kysely } from 'kysely'

/** Who had what changed. Ids only, none of them a reference: an entry outlives what it tells of. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  let table = schema
    .createTable('audit')
    .addColumn('position', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('at', 'text', column => column.notNull())
    .addColumn('actor_token_id', 'text', column => column.notNull())
    .addColumn('operation', 'text', column => column.notNull())
    .addColumn('address', 'text')
    .addColumn('request_id', 'text')
  for (const subject of ['repository_id', 'session_id', 'command_id', 'token_id'])
    table = table.addColumn(subject, 'text')
  await table.execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropTable('audit').execute()
}
