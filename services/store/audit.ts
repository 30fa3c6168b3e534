import type { Selectable } from 'kysely'
import type { SessionId, TokenId, UserId } from '../contract/ids.ts'
import type { AuditRow } from './schema.ts'
import type { Store } from './store.ts'

export type WantedEntries = {
  /** Only those behind the one at this position, which are older. */
  readonly after?: number | undefined
  readonly session?: SessionId | undefined
  /** Only what this user had changed. */
  readonly actor?: UserId | undefined
  /** Only what was done with this token. */
  readonly actor_token?: TokenId | undefined
  readonly limit: number
}

/** An entry, with what its actor and their token are called. */
export type AuditJoined = Selectable<AuditRow> & {
  actor_name: string | null
  actor_token_name: string | null
}

/** The latest entries, newest first. */
export const listAudit = (store: Store, wanted: WantedEntries): Promise<AuditJoined[]> =>
  store.read(database => {
    const { after, session, actor, actor_token: token, limit } = wanted
    let query = database
      .selectFrom('audit')
      .leftJoin('users', 'users.id', 'audit.actor_id')
      .leftJoin('tokens', 'tokens.id', 'audit.actor_token_id')
      .selectAll('audit')
      .select(['users.name as actor_name', 'tokens.name as actor_token_name'])
      .orderBy('position', 'desc')
      .limit(limit)
    if (after !== undefined) query = query.where('position', '<', after)
    if (session !== undefined) query = query.where('audit.session_id', '=', session)
    if (actor !== undefined) query = query.where('actor_id', '=', actor)
    if (token !== undefined) query = query.where('actor_token_id', '=', token)
    return query.execute()
  })
