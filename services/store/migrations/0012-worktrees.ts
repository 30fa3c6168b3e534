import { type Kysely, sql } from 'kysely'

/**
 * The pool of worktrees. One that a session has from before is none of it, and is removed with its session. What the table
 * tells, sessions tell no more.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('worktrees')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('repository_id', 'text', column => column.notNull().references('repositories.id'))
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('session_id', 'text', column => column.unique().references('sessions.id').onDelete('set null'))
    .addColumn('runner_token', 'integer', column => column.references('runners.token').onDelete('set null'))
    .addColumn('commit_id', 'text')
    .addColumn('bytes', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('last_used_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('worktrees_status').on('worktrees').column('status').execute()
  await schema
    .createIndex('worktrees_runner')
    .on('worktrees')
    .column('runner_token')
    .where(sql<boolean>`runner_token is not null`)
    .execute()
  await schema.createIndex('worktrees_repository').on('worktrees').column('repository_id').execute()
  await sql.raw('drop trigger sessions_updated').execute(database)
  for (const name of ['worktree', 'worktree_bytes', 'worktree_measured_at'])
    await schema.alterTable('sessions').dropColumn(name).execute()
  await sql.raw(trigger('status, failure_json, commit_id, expires_at, delete_requested')).execute(database)
}

export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await sql.raw('drop trigger sessions_updated').execute(database)
  await schema
    .alterTable('sessions')
    .addColumn('worktree', 'text', column => column.notNull().defaultTo('none'))
    .execute()
  await schema.alterTable('sessions').addColumn('worktree_bytes', 'integer').execute()
  await schema.alterTable('sessions').addColumn('worktree_measured_at', 'text').execute()
  await sql`update sessions set worktree = 'present' where started_at is not null`.execute(database)
  await sql
    .raw(trigger('status, failure_json, commit_id, expires_at, delete_requested, worktree'))
    .execute(database)
  await schema.dropTable('worktrees').execute()
}

/** As migration 0010 has it, but for the columns. */
const trigger = (columns: string) =>
  `create trigger sessions_updated after update of ${columns} on sessions begin
    insert or replace into changes (kind, resource_id, session_id, owner_token_id)
    values ('session', new.id, new.id, new.owner_token_id);
  end`
