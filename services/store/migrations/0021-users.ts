import { type Kysely, sql } from 'kysely'

/**
 * Users, to whom tokens, sessions and environments belong. Each token that is there gets a user of its own, so that nobody
 * sees more than before.
 *
 * SQLite adds a column that refers to another table only where it may be null, and cannot make `sessions` anew without
 * taking along what refers to it. So the columns that this adds may be null, and never are.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('users')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('role', 'text', column => column.notNull())
    .addColumn('secrets_key', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('disabled_at', 'text')
    .execute()
  await sql`create unique index users_name on users (lower(name))`.execute(database)
  // Of several tokens of one name at most one is not revoked: that one's user keeps it.
  await sql`insert into users (id, name, role, secrets_key, created_at)
    select 'usr_' || substr(id, 5),
      iif(row_number() over (partition by lower(name) order by revoked_at is not null, created_at, id) = 1, name, ${distinctName}),
      iif(exists (select 1 from json_each(scopes_json) where value = 'admin'), 'admin', 'user'),
      lower(hex(randomblob(32))),
      created_at
    from tokens`.execute(database)
  await schema.dropIndex('tokens_name').execute()
  await schema
    .alterTable('tokens')
    .addColumn('user_id', 'text', column => column.references('users.id'))
    .execute()
  await sql`update tokens set user_id = 'usr_' || substr(id, 5)`.execute(database)
  await createTokenNames(database, ['user_id', 'name'])
  await moveOwners(database, {
    from: 'owner_token_id',
    to: 'owner_id',
    refersTo: 'users.id',
    value: sql`'usr_' || substr(owner_token_id, 5)`,
  })
  await schema.alterTable('audit').addColumn('actor_id', 'text').execute()
  await schema.alterTable('audit').addColumn('user_id', 'text').execute()
  await sql`update audit set actor_id = 'usr_' || substr(actor_token_id, 5)`.execute(database)
}

/** What a user has is their oldest token's then. A disabled user's tokens are worthless, so they are revoked. */
export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  for (const column of ['actor_id', 'user_id']) await schema.alterTable('audit').dropColumn(column).execute()
  await moveOwners(database, {
    from: 'owner_id',
    to: 'owner_token_id',
    refersTo: 'tokens.id',
    value: sql`(select id from tokens where user_id = owner_id order by created_at, id limit 1)`,
  })
  await sql`update tokens set revoked_at = users.disabled_at from users
    where users.id = user_id and users.disabled_at is not null and revoked_at is null`.execute(database)
  await schema.dropIndex('tokens_name').execute()
  await sql`update tokens set name = ${distinctName} where revoked_at is null and exists (
    select 1 from tokens as older where older.name = tokens.name and older.revoked_at is null
      and (older.created_at, older.id) < (tokens.created_at, tokens.id))`.execute(database)
  await schema.alterTable('tokens').dropColumn('user_id').execute()
  await createTokenNames(database, ['name'])
  await schema.dropTable('users').execute()
}

/** The name of a token, with what tells it from all others of that name. */
const distinctName = sql`substr(name, 1, 80) || '-' || substr(id, 5)`

/** A revoked token keeps its row; its name is free again. */
const createTokenNames = ({ schema }: Kysely<unknown>, columns: string[]): Promise<void> =>
  schema
    .createIndex('tokens_name')
    .on('tokens')
    .columns(columns)
    .unique()
    .where(sql<boolean>`revoked_at is null`)
    .execute()

type Owners = {
  /** The columns, the old one and the new one. */
  from: string
  to: string
  /** Who is the owner from now on. */
  refersTo: string
  /** The new owner, told from the old one. */
  value: ReturnType<typeof sql>
}

/** Has sessions, environments and what is told of their changes belong to somebody else. It is no change itself. */
async function moveOwners(database: Kysely<unknown>, { from, to, refersTo, value }: Owners): Promise<void> {
  const { schema } = database
  const triggers = await sql<{ name: string; sql: string }>`select name, sql from sqlite_master
    where type = 'trigger' and instr(sql, ${from}) > 0`.execute(database)
  for (const { name } of triggers.rows) await sql.raw(`drop trigger ${name}`).execute(database)
  for (const [table, indexes] of owned) {
    await schema
      .alterTable(table)
      .addColumn(to, 'text', column => column.references(refersTo))
      .execute()
    await sql`update ${sql.table(table)} set ${sql.ref(to)} = ${value}`.execute(database)
    for (const [index] of indexes) await schema.dropIndex(index).execute()
    await schema.alterTable(table).dropColumn(from).execute()
    for (const [index, second] of indexes)
      await schema.createIndex(index).on(table).columns([to, second]).execute()
  }
  await sql`update changes set ${sql.ref(from)} = ${value}`.execute(database)
  await schema.alterTable('changes').renameColumn(from, to).execute()
  for (const trigger of triggers.rows) await sql.raw(trigger.sql.replaceAll(from, to)).execute(database)
}

/** Each table with its indexes that begin with the owner, and what comes second in them. */
const owned = [
  [
    'sessions',
    [
      ['sessions_owner', 'position'],
      ['sessions_owner_status', 'status'],
    ],
  ],
  ['environments', [['environments_owner', 'used_at']]],
] as const
