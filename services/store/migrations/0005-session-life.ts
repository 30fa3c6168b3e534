import { type Kysely, sql } from 'kysely'

/**
 * How long sessions live, and what they keep on disk. A session that was made before lives on without limits; what it
 * has on disk is found by looking.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  for (const name of ['ttl_seconds', 'idle_timeout_seconds'])
    await schema
      .alterTable('sessions')
      .addColumn(name, 'integer', column => column.notNull().defaultTo(0))
      .execute()
  for (const name of ['expires_at', 'idle_check_at', 'end_reason', 'worktree_measured_at'])
    await schema.alterTable('sessions').addColumn(name, 'text').execute()
  await schema
    .alterTable('sessions')
    .addColumn('last_active_at', 'text', column => column.notNull().defaultTo(''))
    .execute()
  await schema
    .alterTable('sessions')
    .addColumn('worktree', 'text', column => column.notNull().defaultTo('none'))
    .execute()
  await schema.alterTable('sessions').addColumn('worktree_bytes', 'integer').execute()
  await sql`update sessions set last_active_at = coalesce(ended_at, started_at, created_at)`.execute(database)
  await sql`update sessions set end_reason = 'stopped' where status in ('stopping', 'stopped')`.execute(
    database,
  )
  await sql`update sessions set worktree = 'present' where started_at is not null`.execute(database)
  for (const name of instants)
    await schema
      .createIndex(`sessions_${name}`)
      .on('sessions')
      .column(name)
      .where(sql<boolean>`${sql.ref(name)} is not null`)
      .execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  for (const name of instants) await schema.dropIndex(`sessions_${name}`).execute()
  for (const name of [
    'ttl_seconds',
    'idle_timeout_seconds',
    ...instants,
    'end_reason',
    'last_active_at',
    'worktree',
    'worktree_bytes',
    'worktree_measured_at',
  ])
    await schema.alterTable('sessions').dropColumn(name).execute()
}

/** What is looked for every second: which are due. */
const instants = ['expires_at', 'idle_check_at'] as const
