import { type Kysely, sql } from 'kysely'

/** Breakpoints are of several kinds; those there have been are all lines, without conditions. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await changeAll(database, ({ id, file, line, verified, message }) => [
    {
      ...{ kind: 'line', id, verified, message, file, line },
      ...{ text: null, condition: null, hit_condition: null, log_message: null },
    },
  ])
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await changeAll(database, ({ kind, id, file, line, verified, message }) =>
    kind === 'line' && line !== null ? [{ id, file, line, verified, message }] : [],
  )
}

type Told = Readonly<Record<string, unknown>>

async function changeAll(database: Kysely<unknown>, change: (told: Told) => Told[]): Promise<void> {
  const { rows } = await sql<{ id: string; breakpoints_json: string }>`
    select id, breakpoints_json from debug_sessions where breakpoints_json is not null`.execute(database)
  for (const { id, breakpoints_json } of rows) {
    const told: Told[] = JSON.parse(breakpoints_json)
    const changed = JSON.stringify(told.flatMap(change))
    await sql`update debug_sessions set breakpoints_json = ${changed} where id = ${id}`.execute(database)
  }
}
