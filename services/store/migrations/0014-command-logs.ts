import { type Kysely, sql } from 'kysely'

/** What becomes of the logs of commands that have ended: see `log-state.ts`. That one is removed is a change. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .alterTable('commands')
    .addColumn('log_state', 'text', column => column.notNull().defaultTo('written'))
    .execute()
  await schema.alterTable('commands').addColumn('log_stored_bytes', 'integer').execute()
  await schema.alterTable('commands').addColumn('log_expired_at', 'text').execute()
  await schema
    .createIndex('commands_logs')
    .on('commands')
    .columns(['log_state', 'ended_at'])
    .where(sql<boolean>`ended_at is not null`)
    .execute()
  await sql
    .raw(
      `create trigger commands_log_expired after update of log_expired_at on commands begin
         insert or replace into changes (kind, resource_id, session_id, owner_token_id)
         values ('command', new.id, new.session_id, (select owner_token_id from sessions where id = new.session_id));
       end`,
    )
    .execute(database)
}

export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await sql.raw('drop trigger commands_log_expired').execute(database)
  await schema.dropIndex('commands_logs').execute()
  for (const column of ['log_state', 'log_stored_bytes', 'log_expired_at'])
    await schema.alterTable('commands').dropColumn(column).execute()
}
