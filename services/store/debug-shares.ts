import type { DebugShareRole } from '../contract/debug-share.ts'
import { type SessionId, type ShareId, sessionId, shareId, type UserId } from '../contract/ids.ts'
import { beginsLike, type Resolved, resolved } from './references.ts'
import type { DebugRoleRow } from './schema.ts'
import type { Store } from './store.ts'

/** Roles of users on the debuggers of others' sessions. Those who come with a viewer's token have theirs from that. */

export type DebugRoleJoined = DebugRoleRow & { readonly user_name: string }

export type NewDebugRole = {
  readonly session: SessionId
  readonly user: UserId
  readonly role: DebugShareRole
  readonly now: string
  readonly expires_at: string
}

/** In place of one that they have. */
export const giveRole = (
  store: Store,
  { session, user, role, now, expires_at }: NewDebugRole,
): Promise<ShareId> =>
  store.write(async transaction => {
    await transaction
      .deleteFrom('debug_roles')
      .where('session_id', '=', session)
      .where(eb => eb.or([eb('user_id', '=', user), eb('expires_at', '<=', now)]))
      .execute()
    const id = shareId.create()
    const row = { id, session_id: session, user_id: user, role, created_at: now, expires_at }
    await transaction.insertInto('debug_roles').values(row).execute()
    return id
  })

export const takeRole = async (store: Store, id: ShareId): Promise<void> => {
  await store.write(transaction => transaction.deleteFrom('debug_roles').where('id', '=', id).execute())
}

/** Those that are good still, in the order in which they were given. */
export const listRoles = (store: Store, session: SessionId, now: string): Promise<DebugRoleJoined[]> =>
  store.read(database =>
    database
      .selectFrom('debug_roles')
      .innerJoin('users', 'users.id', 'debug_roles.user_id')
      .selectAll('debug_roles')
      .select('users.name as user_name')
      .where('session_id', '=', session)
      .where('expires_at', '>', now)
      .orderBy('debug_roles.created_at')
      .orderBy('debug_roles.id')
      .execute(),
  )

/** The role of a user on one session; undefined where they have none. */
export const roleOn = async (
  store: Store,
  session: SessionId,
  user: UserId,
  now: string,
): Promise<DebugShareRole | undefined> => {
  const found = await store.read(database =>
    database
      .selectFrom('debug_roles')
      .select('role')
      .where('session_id', '=', session)
      .where('user_id', '=', user)
      .where('expires_at', '>', now)
      .executeTakeFirst(),
  )
  return found?.role
}

/** Finds a session of another, on whose debuggers a user has a role, by its id or a unique beginning of it. */
export async function resolveShared(
  store: Store,
  reference: string,
  user: UserId,
  now: string,
): Promise<Resolved<{ id: SessionId; role: DebugShareRole }>> {
  const rows = await store.read(database =>
    database
      .selectFrom('debug_roles')
      .select(['session_id as id', 'role'])
      .where('user_id', '=', user)
      .where('expires_at', '>', now)
      .where(beginsLike('session_id', sessionId.prefix, reference))
      .limit(3)
      .execute(),
  )
  return resolved(rows)
}
