import { type Kysely, sql } from 'kysely'

/** When repositories are fetched by themselves, that somebody asks for a fetch, and that one is to be removed. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  for (const name of ['failed_at', 'next_fetch_at'])
    await schema.alterTable('repositories').addColumn(name, 'text').execute()
  await schema
    .alterTable('repositories')
    .addColumn('used_at', 'text', column => column.notNull().defaultTo(''))
    .execute()
  for (const name of counts)
    await schema
      .alterTable('repositories')
      .addColumn(name, 'integer', column => column.notNull().defaultTo(0))
      .execute()
  await sql`update repositories set used_at = created_at`.execute(database)
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  for (const name of ['failed_at', 'next_fetch_at', 'used_at', ...counts])
    await schema.alterTable('repositories').dropColumn(name).execute()
}

const counts = ['failures', 'fetches_wanted', 'fetches_done', 'removal_requested'] as const
