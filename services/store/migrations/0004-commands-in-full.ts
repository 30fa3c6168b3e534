import { type Kysely, sql } from 'kysely'

/**
 * Commands wait for any number of others, may be run again, have an input, limits and usage. What a command waits for is
 * looked up in `command_dependencies`; `after_json` tells it as it was asked for, and neither ever changes.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('command_dependencies')
    .addColumn('command_id', 'text', column => column.notNull().references('commands.id').onDelete('cascade'))
    .addColumn('earlier_id', 'text', column => column.notNull().references('commands.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('command_dependencies_key', ['command_id', 'earlier_id'])
    .execute()
  await schema
    .createIndex('command_dependencies_earlier')
    .on('command_dependencies')
    .column('earlier_id')
    .execute()
  await schema
    .createTable('command_inputs')
    .addColumn('command_id', 'text', column =>
      column.primaryKey().references('commands.id').onDelete('cascade'),
    )
    .addColumn('stdin', 'text', column => column.notNull())
    .execute()
  const add = (name: string, type: 'text' | 'integer', initial?: string | number) =>
    schema
      .alterTable('commands')
      .addColumn(name, type, column => (initial === undefined ? column : column.notNull().defaultTo(initial)))
      .execute()
  await add('after_json', 'text', '[]')
  await add('idempotent', 'integer', 0)
  await add('attempts', 'integer', 0)
  await add('rerun_of', 'text')
  await add('merge', 'integer', 0)
  await add('limits_json', 'text', '{}')
  await add('enforcement', 'text')
  await add('truncated', 'integer', 0)
  await add('usage_json', 'text')
  await sql`insert into command_dependencies (command_id, earlier_id)
    select id, after_command_id from commands where after_command_id is not null`.execute(database)
  await sql`update commands set after_json = '["' || after_command_id || '"]'
    where after_command_id is not null`.execute(database)
  await sql`update commands set attempts = 1 where started_at is not null`.execute(database)
  await schema.alterTable('commands').dropColumn('after_command_id').execute()
}

/** One that waits for several commands waits for the last of them then. */
export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .alterTable('commands')
    .addColumn('after_command_id', 'text', column => column.references('commands.id').onDelete('cascade'))
    .execute()
  await sql`update commands set after_command_id = (
    select earlier.id from command_dependencies
    join commands as earlier on earlier.id = command_dependencies.earlier_id
    where command_dependencies.command_id = commands.id
    order by earlier.sequence desc limit 1)`.execute(database)
  for (const column of added) await schema.alterTable('commands').dropColumn(column).execute()
  await schema.dropTable('command_inputs').execute()
  await schema.dropTable('command_dependencies').execute()
}

const added = [
  'after_json',
  'idempotent',
  'attempts',
  'rerun_of',
  'merge',
  'limits_json',
  'enforcement',
  'truncated',
  'usage_json',
] as const
