import type { Kysely } from 'kysely'

/** The size of the terminal that a command starts with; null without one. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  for (const column of columns) await schema.alterTable('commands').addColumn(column, 'integer').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  for (const column of columns) await schema.alterTable('commands').dropColumn(column).execute()
}

const columns = ['terminal_columns', 'terminal_rows'] as const
