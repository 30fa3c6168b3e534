import { type Kysely, sql } from 'kysely'

/**
 * What a queued command costs is the indexes that it is written to. Of all commands by their state none but those that are
 * queued or run were ever looked for, and of changes those of one owner are found in their order. See decision 0077.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema.dropIndex('commands_status').execute()
  await schema
    .createIndex('commands_running')
    .on('commands')
    .column('session_id')
    .where(sql<boolean>`status = 'running'`)
    .execute()
  await schema.dropIndex('changes_owner').execute()
  await replaceTrigger(database, 'insert')
}

export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await replaceTrigger(database, 'insert or replace')
  await schema.createIndex('changes_owner').on('changes').columns(['owner_id', 'position']).execute()
  await schema.dropIndex('commands_running').execute()
  await schema.createIndex('commands_status').on('commands').column('status').execute()
}

/** A command that is new cannot have changed before: nothing is to be replaced. */
async function replaceTrigger(
  database: Kysely<unknown>,
  verb: 'insert' | 'insert or replace',
): Promise<void> {
  await sql`drop trigger commands_inserted`.execute(database)
  await sql
    .raw(
      `create trigger commands_inserted after insert on commands begin ${verb} into changes (kind, resource_id, session_id, owner_id) values ('command', new.id, new.session_id, (select owner_id from sessions where id = new.session_id)); end`,
    )
    .execute(database)
}
