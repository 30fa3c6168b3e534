import { type Kysely, sql } from 'kysely'
import { remakeTable, withoutTriggersOn } from '../remake-table.ts'

/**
 * What each new command writes besides its row: the changes of one session are found by passing over those of others, and the
 * next position is one more than the highest, so that the highest is never to go before a higher one is there. The removal of a
 * session therefore has its own change first, and that of each of its commands goes with the command. See decision 0077.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropIndex('changes_session').execute()
  await withoutTriggersOn(database, 'changes', async () => {
    for (const table of tables) await remakeTable(database, table, { from: counted, to: plain })
  })
  await sql`drop trigger sessions_deleted`.execute(database)
  await sql
    .raw(`create trigger sessions_deleted before delete on sessions begin ${removed} end`)
    .execute(database)
  await sql`create trigger commands_deleted after delete on commands begin
    delete from changes where resource_id = old.id;
  end`.execute(database)
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await sql`drop trigger commands_deleted`.execute(database)
  await sql`drop trigger sessions_deleted`.execute(database)
  await sql
    .raw(
      `create trigger sessions_deleted after delete on sessions begin delete from changes where session_id = old.id;\n  ${removed} end`,
    )
    .execute(database)
  await withoutTriggersOn(database, 'changes', async () => {
    for (const table of tables) await remakeTable(database, table, { from: plain, to: counted })
  })
  await database.schema
    .createIndex('changes_session')
    .on('changes')
    .columns(['session_id', 'position'])
    .execute()
}

const tables = ['changes', 'audit'] as const
const counted = 'integer primary key autoincrement'
const plain = 'integer primary key'

const removed =
  "insert or replace into changes (kind, resource_id, session_id, owner_id) values ('removed', old.id, old.id, old.owner_id);"
