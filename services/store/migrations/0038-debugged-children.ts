import { type Kysely, sql } from 'kysely'

/**
 * Processes that a debuggee has started are debug sessions of the same command, which therefore may have several. Such a
 * one can end before the command does, so that its own end is kept.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await makeAnew(database, ['"command_id" text not null unique', '"command_id" text not null'])
  const table = () => database.schema.alterTable('debug_sessions')
  await table().addColumn('parent_id', 'text').execute()
  await table().addColumn('process_id', 'integer').execute()
  await table().addColumn('end_json', 'text').execute()
  await table().addColumn('ended_at', 'text').execute()
  await database.schema
    .createIndex('debug_sessions_command')
    .on('debug_sessions')
    .column('command_id')
    .execute()
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await sql`delete from debug_sessions where parent_id is not null`.execute(database)
  await database.schema.dropIndex('debug_sessions_command').execute()
  for (const name of ['ended_at', 'end_json', 'process_id', 'parent_id'])
    await database.schema.alterTable('debug_sessions').dropColumn(name).execute()
  await makeAnew(database, ['"command_id" text not null', '"command_id" text not null unique'])
}

/** A column cannot be altered: the table is made anew, with all that is in it. */
async function makeAnew(database: Kysely<unknown>, [from, to]: readonly [string, string]): Promise<void> {
  const { rows } = await sql<{ sql: string }>`select sql from sqlite_master
    where type = 'table' and name = 'debug_sessions'`.execute(database)
  const before = rows[0]?.sql ?? ''
  if (!before.includes(from)) throw new Error(`this is no table of debug sessions: ${before}`)
  await sql.raw(before.replace(from, to).replace('"debug_sessions"', '"copied"')).execute(database)
  await sql`insert into copied select * from debug_sessions`.execute(database)
  await database.schema.dropTable('debug_sessions').execute()
  await sql`alter table copied rename to debug_sessions`.execute(database)
  await database.schema
    .createIndex('debug_sessions_session')
    .on('debug_sessions')
    .columns(['session_id', 'position'])
    .execute()
}
