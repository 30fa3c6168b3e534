import type { Kysely } from 'kysely'

/** What a user calls a session by. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('sessions').addColumn('label', 'text').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('sessions').dropColumn('label').execute()
}
