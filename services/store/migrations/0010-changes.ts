import { type Kysely, sql } from 'kysely'

/**
 * What has changed, in order. Each thing stands there once, at its latest change, written by triggers so that no write
 * forgets it: a thing that changes again gets a new position. See decision 0023.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('changes')
    // Never given twice, so that a position names one moment for good.
    .addColumn('position', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('resource_id', 'text', column => column.notNull().unique())
    .addColumn('session_id', 'text')
    .addColumn('owner_token_id', 'text')
    .execute()
  await schema.createIndex('changes_session').on('changes').columns(['session_id', 'position']).execute()
  await schema.createIndex('changes_owner').on('changes').columns(['owner_token_id', 'position']).execute()
  await schema
    .createTable('change_horizon')
    .addColumn('id', 'integer', column => column.primaryKey())
    .addColumn('position', 'integer', column => column.notNull())
    .execute()
  await sql`insert into change_horizon (id, position) values (1, 0)`.execute(database)
  for (const statement of triggers) await sql.raw(statement).execute(database)
  await schema
    .createIndex('sessions_owner_status')
    .on('sessions')
    .columns(['owner_token_id', 'status'])
    .execute()
}

export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema.dropIndex('sessions_owner_status').execute()
  for (const name of names) await sql.raw(`drop trigger ${name}`).execute(database)
  await schema.dropTable('change_horizon').execute()
  await schema.dropTable('changes').execute()
}

const changed = (kind: string, id: string, session: string, owner: string) =>
  `insert or replace into changes (kind, resource_id, session_id, owner_token_id) values ('${kind}', ${id}, ${session}, ${owner});`

const session = changed('session', 'new.id', 'new.id', 'new.owner_token_id')
const command = changed(
  'command',
  'new.id',
  'new.session_id',
  '(select owner_token_id from sessions where id = new.session_id)',
)
const repository = changed('repository', 'new.id', 'null', 'null')
/** Its commands are gone with it, which needs no telling. */
const removed = `delete from changes where session_id = old.id;
  ${changed('removed', 'old.id', 'old.id', 'old.owner_token_id')}`

const names = [
  'sessions_inserted',
  'sessions_updated',
  'sessions_deleted',
  'commands_inserted',
  'commands_updated',
  'repositories_inserted',
  'repositories_updated',
  'repositories_deleted',
] as const

/** Leases and the last activity change often, and tell nobody anything. */
const triggers = [
  `create trigger sessions_inserted after insert on sessions begin ${session} end`,
  `create trigger sessions_updated after update of status, failure_json, commit_id, expires_at, delete_requested, worktree on sessions begin ${session} end`,
  `create trigger sessions_deleted after delete on sessions begin ${removed} end`,
  `create trigger commands_inserted after insert on commands begin ${command} end`,
  `create trigger commands_updated after update of status, exit_code, failure_json on commands begin ${command} end`,
  `create trigger repositories_inserted after insert on repositories begin ${repository} end`,
  `create trigger repositories_updated after update of status, failure_json, default_branch, fetched_at on repositories begin ${repository} end`,
  `create trigger repositories_deleted after delete on repositories begin ${changed('removed', 'old.id', 'null', 'null')} end`,
]
