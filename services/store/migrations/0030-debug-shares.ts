import type { Kysely } from 'kysely'

/**
 * Who else may watch or control the debuggers of a session: users, and whoever has a token that opens nothing else. No
 * reference from tokens, which could not be taken back: they are removed with their session.
 */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('debug_roles')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('session_id', 'text', column => column.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('user_id', 'text', column => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('role', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addUniqueConstraint('debug_roles_once', ['session_id', 'user_id'])
    .execute()
  await schema.createIndex('debug_roles_user').on('debug_roles').column('user_id').execute()
  await schema.alterTable('tokens').addColumn('viewer_of', 'text').execute()
  await schema.createIndex('tokens_viewer_of').on('tokens').column('viewer_of').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropIndex('tokens_viewer_of').execute()
  await schema.alterTable('tokens').dropColumn('viewer_of').execute()
  await schema.dropTable('debug_roles').execute()
}
