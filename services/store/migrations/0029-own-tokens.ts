import type { Kysely } from 'kysely'

/** Tokens that users make for themselves end with the one that they were made with; sign-ins tell where they are. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('tokens').addColumn('made_with', 'text').execute()
  await schema.createIndex('tokens_made_with').on('tokens').column('made_with').execute()
  await schema.alterTable('sign_ins').addColumn('address', 'text').execute()
  await schema.alterTable('sign_ins').addColumn('client', 'text').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  for (const column of ['client', 'address']) await schema.alterTable('sign_ins').dropColumn(column).execute()
  await schema.dropIndex('tokens_made_with').execute()
  await schema.alterTable('tokens').dropColumn('made_with').execute()
}
