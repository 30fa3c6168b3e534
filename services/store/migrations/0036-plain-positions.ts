import { type Kysely, sql } from 'kysely'

/**
 * What each new command writes besides its row: the changes of one session are found by passing over those of others, and the
 * next position is one more than the highest, so that the highest is never to go before a higher one is there. The removal of a
 * session therefore has its own change first, and that of each of its commands goes with the command. See decision 0077.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropIndex('changes_session').execute()
  await withoutTriggers(database, async () => {
    for (const table of tables) await copy(database, table, { from: counted, to: plain })
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
  await withoutTriggers(database, async () => {
    for (const table of tables) await copy(database, table, { from: plain, to: counted })
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

/** SQLite renames no table that a trigger names while there is none of that name. */
async function withoutTriggers(database: Kysely<unknown>, work: () => Promise<void>): Promise<void> {
  const { rows: triggers } = await sql<{ name: string; sql: string }>`select name, sql from sqlite_master
    where type = 'trigger' and instr(sql, 'changes') > 0`.execute(database)
  for (const { name } of triggers) await sql`drop trigger ${sql.ref(name)}`.execute(database)
  await work()
  for (const trigger of triggers) await sql.raw(trigger.sql).execute(database)
}

/** A key cannot be altered: the table is made anew, with all that is in it. */
async function copy(
  database: Kysely<unknown>,
  table: (typeof tables)[number],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const { rows } = await sql<{ sql: string }>`select sql from sqlite_master
    where type = 'table' and name = ${table}`.execute(database)
  const made = rows[0]?.sql.replace(from, to).replace(`"${table}"`, '"copied"')
  if (made === undefined) throw new Error(`there is no table ${table}`)
  await sql.raw(made).execute(database)
  await sql`insert into copied select * from ${sql.table(table)}`.execute(database)
  await database.schema.dropTable(table).execute()
  await sql`alter table copied rename to ${sql.table(table)}`.execute(database)
}
