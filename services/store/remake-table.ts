import { type Kysely, sql } from 'kysely'

/** For migrations that change what SQLite cannot alter: a key, or a constraint of a column. */

/** SQLite renames no table that a trigger names while there is none of that name: such triggers are made anew afterwards. */
export async function withoutTriggersOn(
  database: Kysely<unknown>,
  named: string,
  work: () => Promise<void>,
): Promise<void> {
  const { rows: triggers } = await sql<{ name: string; sql: string }>`select name, sql from sqlite_master
    where type = 'trigger' and instr(sql, ${named}) > 0`.execute(database)
  for (const { name } of triggers) await sql`drop trigger ${sql.ref(name)}`.execute(database)
  await work()
  for (const trigger of triggers) await sql.raw(trigger.sql).execute(database)
}

/** Makes a table anew, with all that is in it; `from` in what made it becomes `to`. */
export async function remakeTable(
  database: Kysely<unknown>,
  table: string,
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
