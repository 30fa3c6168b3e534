import { type Kysely, sql } from 'kysely'

/**
 * An app of a session is a command of it that bears the app's name. Of each one at the most lives at a time, and those are few:
 * the index of what lives is that of what waits to be started, too. A ticket may open an app.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema.alterTable('commands').addColumn('app', 'text').execute()
  await schema.alterTable('commands').addColumn('app_port', 'integer').execute()
  await schema.alterTable('commands').addColumn('app_ready_at', 'text').execute()
  await schema
    .createIndex('commands_live_apps')
    .unique()
    .on('commands')
    .columns(['session_id', 'app'])
    .where(sql<boolean>`app is not null and status in ('queued', 'running')`)
    .execute()
  await schema
    .createIndex('commands_apps')
    .on('commands')
    .columns(['session_id', 'app', 'sequence'])
    .where(sql<boolean>`app is not null`)
    .execute()
  await schema.alterTable('tickets').addColumn('app', 'text').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('tickets').dropColumn('app').execute()
  await schema.dropIndex('commands_apps').execute()
  await schema.dropIndex('commands_live_apps').execute()
  for (const column of ['app_ready_at', 'app_port', 'app'])
    await schema.alterTable('commands').dropColumn(column).execute()
}
