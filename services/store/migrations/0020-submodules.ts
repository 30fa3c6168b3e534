import type { Kysely } from 'kysely'

/** Which submodules a session is to have, and those that it has. One from before has none. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('sessions')
    .addColumn('submodule_choice', 'text', column => column.notNull().defaultTo('none'))
    .execute()
  await schema
    .alterTable('sessions')
    .addColumn('submodules_json', 'text', column => column.notNull().defaultTo('[]'))
    .execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  for (const column of ['submodule_choice', 'submodules_json'])
    await schema.alterTable('sessions').dropColumn(column).execute()
}
