import { type Kysely, sql } from 'kysely'

/** Environments: what is installed of a repository's dependencies, who has it, and which commands build it. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('environments')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('repository_id', 'text', column => column.references('repositories.id').onDelete('set null'))
    .addColumn('owner_token_id', 'text', column => column.notNull().references('tokens.id'))
    .addColumn('manager', 'text', column => column.notNull())
    .addColumn('key', 'text', column => column.notNull())
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('failure_json', 'text')
    .addColumn('command_id', 'text', column => column.references('commands.id').onDelete('set null'))
    .addColumn('bytes', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('used_at', 'text', column => column.notNull())
    .execute()
  // Built once: of all that ask at the same time, one inserts it.
  await schema
    .createIndex('environments_live')
    .on('environments')
    .column('key')
    .unique()
    .where(sql<boolean>`status in ('building', 'ready')`)
    .execute()
  await schema
    .createIndex('environments_owner')
    .on('environments')
    .columns(['owner_token_id', 'used_at'])
    .execute()
  await schema
    .createTable('session_environments')
    .addColumn('session_id', 'text', column => column.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('environment_id', 'text', column =>
      column.notNull().references('environments.id').onDelete('cascade'),
    )
    .addColumn('position', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('session_environments_pk', ['session_id', 'environment_id'])
    .execute()
  await schema
    .createIndex('session_environments_environment')
    .on('session_environments')
    .column('environment_id')
    .execute()
  await schema
    .alterTable('sessions')
    .addColumn('environment_json', 'text', column => column.notNull().defaultTo('["none"]'))
    .execute()
  await schema.alterTable('commands').addColumn('environment_id', 'text').execute()
  await schema
    .createIndex('commands_builds')
    .on('commands')
    .column('created_at')
    .where(sql<boolean>`status = 'queued' and environment_id is not null`)
    .execute()
  for (const statement of triggers) await sql.raw(statement).execute(database)
}

export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  for (const name of ['session_environments_inserted', 'environments_updated'])
    await sql.raw(`drop trigger ${name}`).execute(database)
  await schema.dropIndex('commands_builds').execute()
  await schema.alterTable('commands').dropColumn('environment_id').execute()
  await schema.alterTable('sessions').dropColumn('environment_json').execute()
  await schema.dropTable('session_environments').execute()
  await schema.dropTable('environments').execute()
}

/** That a session has changed, as migration 0010 tells it: its environments are told with it. */
const changed = (where: string) =>
  `insert or replace into changes (kind, resource_id, session_id, owner_token_id)
     select 'session', id, id, owner_token_id from sessions where ${where};`

const triggers = [
  `create trigger session_environments_inserted after insert on session_environments begin ${changed('id = new.session_id')} end`,
  `create trigger environments_updated after update of status on environments begin ${changed('id in (select session_id from session_environments where environment_id = new.id)')} end`,
]
