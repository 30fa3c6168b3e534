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
  for (const [name, columns, states] of indexes)
    await sql
      .raw(
        `create index ${name} on commands (${columns}) where ended_at is not null and log_state in (${states})`,
      )
      .execute(database)
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
  for (const [name] of indexes) await schema.dropIndex(name).execute()
  for (const column of ['log_state', 'log_stored_bytes', 'log_expired_at'])
    await schema.alterTable('commands').dropColumn(column).execute()
}

/** For what is to be compressed, what is to be removed, and all that are there: of those, all that is asked of many at once. */
const indexes = [
  ['commands_written_logs', 'ended_at, id', "'written'"],
  ['commands_expired_logs', 'ended_at, id', "'expired'"],
  [
    'commands_kept_logs',
    'ended_at, id, log_state, session_id, coalesce(log_stored_bytes, stdout_bytes + stderr_bytes)',
    "'written', 'stored'",
  ],
] as const
