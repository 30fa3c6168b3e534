import type { Transaction } from 'kysely'
import type { RunnerToken, SessionId } from '../contract/ids.ts'
import type { Isolation } from '../contract/isolation.ts'
import {
  type SessionEndReason,
  type SessionFailure,
  type SessionStatus,
  sessionSourcesOf,
} from '../contract/session-state.ts'
import { cancelQueuedCommands } from './commands.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

export type SessionChanges = {
  commit_id?: string
  failure?: SessionFailure
  /** How its commands are kept apart from now on. */
  isolation?: Isolation
  /** Why it is stopping; without, because a client wants it. */
  end_reason?: SessionEndReason
  /** The runner whose work this is: refused where it has the session's lease no more. Without: a wish of anybody. */
  by?: RunnerToken
}

/** The one place where a session's status changes. False where it cannot become `to` from where it is. */
export function moveSession(
  store: Store,
  id: SessionId,
  to: SessionStatus,
  changes: SessionChanges & { now: string },
): Promise<boolean> {
  return store.write(transaction => move(transaction, id, to, changes))
}

/** As `moveSession`, within a transaction. */
export async function move(
  transaction: Transaction<Schema>,
  id: SessionId,
  to: SessionStatus,
  changes: SessionChanges & { now: string },
): Promise<boolean> {
  const query = transaction
    .updateTable('sessions')
    .set(eb => ({
      status: to,
      // At rest it needs no runner.
      ...(to === 'starting' || to === 'stopping' ? {} : { runner_token: null }),
      ...(changes.commit_id === undefined ? {} : { commit_id: changes.commit_id }),
      ...(changes.failure === undefined ? {} : { failure_json: JSON.stringify(changes.failure) }),
      ...(changes.isolation === undefined ? {} : { isolation: changes.isolation }),
      ...(to === 'running' ? { started_at: eb.fn.coalesce('started_at', eb.val(changes.now)) } : {}),
      ...(to === 'starting' ? { ended_at: null, end_reason: null } : {}),
      ...(to === 'stopping' ? { end_reason: changes.end_reason ?? 'stopped' } : {}),
      ...(to === 'stopped' || to === 'failed' ? { ended_at: changes.now } : {}),
    }))
    .where('id', '=', id)
    .where('status', 'in', sessionSourcesOf(to))
  const { numUpdatedRows } = await (changes.by === undefined
    ? query
    : query.where('runner_token', '=', changes.by)
  ).executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  // What has not started when a session ends never will.
  if (to === 'stopping') await cancelQueuedCommands(transaction, id, 'session_stopped', changes.now)
  if (to === 'failed') await cancelQueuedCommands(transaction, id, 'session_failed', changes.now)
  return true
}

/** Asks for a session's removal; what runs in it is stopped first. */
export function requestRemoval(store: Store, id: SessionId, now: string): Promise<void> {
  return store.write(async transaction => {
    await transaction.updateTable('sessions').set({ delete_requested: 1 }).where('id', '=', id).execute()
    await move(transaction, id, 'stopping', { now })
  })
}

/** False where it is not there, or where the runner `by` has its lease no more. */
export function removeSession(store: Store, id: SessionId, by: RunnerToken | null = null): Promise<boolean> {
  return store.write(async transaction => {
    const query = transaction.deleteFrom('sessions').where('id', '=', id)
    const { numDeletedRows } = await (by === null
      ? query
      : query.where('runner_token', '=', by)
    ).executeTakeFirst()
    if (numDeletedRows === 0n) return false
    await transaction.deleteFrom('tokens').where('viewer_of', '=', id).execute()
    return true
  })
}
