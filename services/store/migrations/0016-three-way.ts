import type { Kysely } from 'kysely'

/** Whether the patch of a session may be merged where it does not fit. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('sessions')
    .addColumn('three_way', 'integer', column => column.notNull().defaultTo(0))
    .execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('sessions').dropColumn('three_way').execute()
}
