import { type Kysely, sql } from 'kysely'

/**
 * Passwords and sign-ins of users, invites, and in the audit log who was not signed in with a token, or not let in at
 * all. SQLite cannot let a column be null that might not, so that table is made anew.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  for (const column of ['display_name', 'password_hash'])
    await schema.alterTable('users').addColumn(column, 'text').execute()
  await schema
    .createTable('sign_ins')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('user_id', 'text', column => column.notNull().references('users.id'))
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('revoked_at', 'text')
    .execute()
  await schema.createIndex('sign_ins_user').on('sign_ins').columns(['user_id', 'revoked_at']).execute()
  await schema.createIndex('sign_ins_expiry').on('sign_ins').column('expires_at').execute()
  await schema
    .createTable('refresh_tokens')
    .addColumn('secret_sha256', 'text', column => column.primaryKey())
    .addColumn('sign_in_id', 'text', column => column.notNull().references('sign_ins.id').onDelete('cascade'))
    .addColumn('used_at', 'text')
    .execute()
  await schema.createIndex('refresh_tokens_sign_in').on('refresh_tokens').column('sign_in_id').execute()
  await schema
    .createTable('signing_keys')
    .addColumn('id', 'integer', column => column.primaryKey())
    .addColumn('secret', 'text', column => column.notNull())
    .execute()
  await schema
    .createTable('invites')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('code_sha256', 'text', column => column.notNull().unique())
    .addColumn('hint', 'text', column => column.notNull())
    .addColumn('note', 'text')
    .addColumn('uses', 'integer', column => column.notNull())
    .addColumn('used', 'integer', column => column.notNull().defaultTo(0))
    .addColumn('created_by', 'text', column => column.notNull().references('users.id'))
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('revoked_at', 'text')
    .addColumn('last_used_at', 'text')
    .execute()
  await makeAuditAnew(database, { tokenMayBeNull: true })
  await schema.alterTable('audit').addColumn('actor_sign_in_id', 'text').execute()
  await schema.alterTable('audit').addColumn('invite_id', 'text').execute()
  await schema
    .alterTable('audit')
    .addColumn('refused', 'integer', column => column.notNull().defaultTo(0))
    .execute()
}

/** Users who have a password and no token come in no more, until one is made for them. */
export async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await sql`delete from audit where actor_token_id is null`.execute(database)
  await makeAuditAnew(database, { tokenMayBeNull: false })
  for (const table of ['invites', 'signing_keys', 'refresh_tokens', 'sign_ins'])
    await schema.dropTable(table).execute()
  for (const column of ['display_name', 'password_hash'])
    await schema.alterTable('users').dropColumn(column).execute()
}

const auditColumns = [
  ...['position', 'at', 'actor_token_id', 'operation', 'address', 'request_id'],
  ...['repository_id', 'session_id', 'command_id', 'token_id', 'actor_id', 'user_id'],
]

async function makeAuditAnew(
  database: Kysely<unknown>,
  { tokenMayBeNull }: { tokenMayBeNull: boolean },
): Promise<void> {
  const { schema } = database
  let table = schema
    .createTable('audit_anew')
    .addColumn('position', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('at', 'text', column => column.notNull())
    .addColumn('actor_token_id', 'text', column => (tokenMayBeNull ? column : column.notNull()))
    .addColumn('operation', 'text', column => column.notNull())
  for (const column of auditColumns.slice(4)) table = table.addColumn(column, 'text')
  await table.execute()
  const columns = sql.join(auditColumns.map(column => sql.ref(column)))
  await sql`insert into audit_anew (${columns}) select ${columns} from audit`.execute(database)
  await schema.dropTable('audit').execute()
  await schema.alterTable('audit_anew').renameTo('audit').execute()
}
