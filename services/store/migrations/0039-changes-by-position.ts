import { type Kysely, sql } from 'kysely'
import { remakeTable, withoutTriggersOn } from '../remake-table.ts'

/**
 * A command knows where its latest change stands, so that no index has to find it by the command's id; and who queues one writes
 * its first change, for with a trigger SQLite keeps what the insertion would have to take back. See decision 0091. The new
 * change comes before the old one goes: the next position is one more than the highest.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema.alterTable('commands').addColumn('change_position', 'integer').execute()
  await sql`update commands set change_position =
    (select position from changes where resource_id = commands.id)`.execute(database)
  await dropTriggers(database, before)
  await withoutTriggersOn(database, 'changes', () =>
    remakeTable(database, 'changes', { from: indexed, to: plain }),
  )
  await schema
    .createIndex('changes_resource')
    .unique()
    .on('changes')
    .column('resource_id')
    .where(sql<boolean>`kind <> 'command'`)
    .execute()
  await createTriggers(database, after)
}

export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await dropTriggers(database, after)
  await schema.dropIndex('changes_resource').execute()
  await withoutTriggersOn(database, 'changes', () =>
    remakeTable(database, 'changes', { from: plain, to: indexed }),
  )
  await createTriggers(database, before)
  await schema.alterTable('commands').dropColumn('change_position').execute()
}

const indexed = '"resource_id" text not null unique'
const plain = '"resource_id" text not null'

const change = `into changes (kind, resource_id, session_id, owner_id) values ('command', new.id, new.session_id, (select owner_id from sessions where id = new.session_id));`
const updated = 'after update of status, exit_code, failure_json on commands'
const logExpired = 'after update of log_expired_at on commands'

const before = {
  commands_inserted: `after insert on commands begin insert ${change} end`,
  commands_updated: `${updated} begin insert or replace ${change} end`,
  commands_log_expired: `${logExpired} begin insert or replace ${change} end`,
  commands_deleted: 'after delete on commands begin delete from changes where resource_id = old.id; end',
}

/** One statement may set off several of them: each looks where the one before it has left the change. */
const moved = `begin
  insert ${change}
  delete from changes where position = (select change_position from commands where rowid = new.rowid);
  update commands set change_position = (select max(position) from changes) where rowid = new.rowid;
end`

const after = {
  commands_updated: `${updated} ${moved}`,
  commands_log_expired: `${logExpired} ${moved}`,
  commands_deleted:
    'after delete on commands begin delete from changes where position = old.change_position; end',
}

async function dropTriggers(database: Kysely<unknown>, triggers: Readonly<Record<string, string>>) {
  for (const name of Object.keys(triggers)) await sql.raw(`drop trigger ${name}`).execute(database)
}

async function createTriggers(database: Kysely<unknown>, triggers: Readonly<Record<string, string>>) {
  for (const [name, body] of Object.entries(triggers))
    await sql.raw(`create trigger ${name} ${body}`).execute(database)
}
