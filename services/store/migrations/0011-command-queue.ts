import { type Kysely, sql } from 'kysely'

/** What is queued, by session and in its order, so that the next of each is found however many there are. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createIndex('commands_queue')
    .on('commands')
    .columns(['session_id', 'sequence'])
    .where(sql<boolean>`status = 'queued'`)
    .execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropIndex('commands_queue').execute()
}
