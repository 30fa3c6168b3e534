import type { Kysely } from 'kysely'

/** How far apart from the host a session's commands are. What ran before was not kept apart. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('sessions')
    .addColumn('offline', 'integer', column => column.notNull().defaultTo(0))
    .execute()
  await schema.alterTable('sessions').addColumn('isolation', 'text').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  for (const name of ['offline', 'isolation']) await schema.alterTable('sessions').dropColumn(name).execute()
}
