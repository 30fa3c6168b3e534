import type { Kysely } from 'kysely'

/** Which trace a session or a command belongs to. What was asked for before belongs to none. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  for (const table of tables) await schema.alterTable(table).addColumn('trace_json', 'text').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  for (const table of tables) await schema.alterTable(table).dropColumn('trace_json').execute()
}

const tables = ['sessions', 'commands']
