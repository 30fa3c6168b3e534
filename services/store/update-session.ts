import type { SessionId } from '../contract/ids.ts'
import type { SessionJoined } from './rows.ts'
import { later, selectJoined } from './sessions.ts'
import type { Store } from './store.ts'

export type SessionUpdate = {
  /** Null: it is called nothing from now on. Undefined: as it was. */
  label: string | null | undefined
  /** Seconds from now on; 0: any time. Undefined ones stay as they are. */
  ttl: number | undefined
  idle_timeout: number | undefined
  now: string
}

export type UpdatedSession<Refusal> =
  | { outcome: 'updated'; session: SessionJoined }
  | { outcome: 'refused'; refusal: Refusal }
  | { outcome: 'not_found' }

/**
 * Changes what a session is called, and how long it may live and be idle, both counted from now on: who changes it uses it. Nothing is changed where
 * `refusal` has something against it as it stands.
 */
export const updateSession = <Refusal>(
  store: Store,
  id: SessionId,
  { label, ttl, idle_timeout, now }: SessionUpdate,
  refusal: (session: SessionJoined) => Refusal | undefined,
): Promise<UpdatedSession<Refusal>> =>
  store.write(async transaction => {
    const query = selectJoined(transaction).where('sessions.id', '=', id)
    const session = await query.executeTakeFirst()
    if (session === undefined) return { outcome: 'not_found' }
    const refused = refusal(session)
    if (refused !== undefined) return { outcome: 'refused', refusal: refused }
    const idle = idle_timeout ?? session.idle_timeout_seconds
    await transaction
      .updateTable('sessions')
      .set({
        ...(label === undefined ? {} : { label }),
        ...(ttl === undefined ? {} : { ttl_seconds: ttl, expires_at: later(now, ttl) }),
        idle_timeout_seconds: idle,
        last_active_at: now,
        idle_check_at: later(now, idle),
      })
      .where('id', '=', id)
      .execute()
    return { outcome: 'updated', session: await query.executeTakeFirstOrThrow() }
  })
