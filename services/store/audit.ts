import type { Selectable } from 'kysely'
import type { SessionId, TokenId } from '../contract/ids.ts'
import type { AuditRow } from './schema.ts'
import type { Store } from './store.ts'

export type WantedEntries = {
  /** Only those before this one. */
  readonly before?: number | undefined
  readonly session?: SessionId | undefined
  readonly actor?: TokenId | undefined
  readonly limit: number
}

/** An entry, with what its actor's token is called. */
export type AuditJoined = Selectable<AuditRow> & { actor_name: string | null }

/** The latest entries, newest first. */
export const listAudit = (store: Store, wanted: WantedEntries): Promise<AuditJoined[]> =>
  store.read(database => {
    const { before, session, actor, limit } = wanted
    let query = database
      .selectFrom('audit')
      .leftJoin('tokens', 'tokens.id', 'audit.actor_token_id')
      .selectAll('audit')
      .select('tokens.name as actor_name')
      .orderBy('position', 'desc')
      .limit(limit)
    if (before !== undefined) query = query.where('position', '<', before)
    if (session !== undefined) query = query.where('audit.session_id', '=', session)
    if (actor !== undefined) query = query.where('actor_token_id', '=', actor)
    return query.execute()
  })
