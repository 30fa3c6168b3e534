import type { Transaction } from 'kysely'
import type { SessionId } from '../contract/ids.ts'
import type { Schema } from './schema.ts'
import { hasRoom } from './session-limit.ts'
import { move } from './session-transitions.ts'
import { later } from './sessions.ts'
import type { Store } from './store.ts'

export type Resumed =
  | { resumed: true }
  /** It goes on already. */
  | { resumed: false; reason: 'running' }
  | {
      resumed: false
      reason: 'stopping' | 'failed' | 'removal_requested' | 'session_limit' | 'not_found'
    }

/** Has a stopped session go on: it lives, and may be idle, as long as it might when it was created. `most`: how many sessions that have not ended its owner may have. */
export const resumeSession = (store: Store, id: SessionId, most: number, now: string): Promise<Resumed> =>
  store.write(transaction => resume(transaction, id, most, now))

/** As `resumeSession`, within a transaction. */
export async function resume(
  transaction: Transaction<Schema>,
  id: SessionId,
  most: number,
  now: string,
): Promise<Resumed> {
  const row = await transaction
    .selectFrom('sessions')
    .select(['owner_id', 'status', 'delete_requested', 'ttl_seconds', 'idle_timeout_seconds'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return { resumed: false, reason: 'not_found' }
  const { status } = row
  if (row.delete_requested === 1) return { resumed: false, reason: 'removal_requested' }
  if (status === 'stopping' || status === 'failed') return { resumed: false, reason: status }
  if (status !== 'stopped') return { resumed: false, reason: 'running' }
  if (!(await hasRoom(transaction, row.owner_id, most))) return { resumed: false, reason: 'session_limit' }
  await move(transaction, id, 'starting', { now })
  await transaction
    .updateTable('sessions')
    .set({
      expires_at: later(now, row.ttl_seconds),
      last_active_at: now,
      idle_check_at: later(now, row.idle_timeout_seconds),
    })
    .where('id', '=', id)
    .execute()
  return { resumed: true }
}
