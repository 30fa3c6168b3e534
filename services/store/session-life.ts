import type { Transaction } from 'kysely'
import { toInstant } from '../../lib/clock.ts'
import type { SessionId } from '../contract/ids.ts'
import { queued, running } from './command-queue.ts'
import { compiledQuery } from './compiled-query.ts'
import type { Schema } from './schema.ts'
import { move } from './session-transitions.ts'
import type { Store } from './store.ts'

/**
 * The ends of sessions that nobody stops: those whose time is over, those in which nothing happens, and what is removed
 * some time after it has ended. Each is a conditional update, so that whoever looks first does it.
 */

const expiredQuery = compiledQuery<{ now: string }, { id: SessionId }>((database, parameter) =>
  database
    .selectFrom('sessions')
    .select('id')
    .where('expires_at', '<=', parameter('now'))
    .where('status', 'in', ['pending', 'starting', 'running']),
)

/** Sessions whose time to live is over. */
export const expiredSessions = async (store: Store, now: string): Promise<SessionId[]> =>
  (await store.read(database => expiredQuery(database, { now }))).map(({ id }) => id)

/** Stops a session whose time to live is over. False where it is not any more: it was resumed, or has ended. */
export const stopExpired = (store: Store, id: SessionId, now: string): Promise<boolean> =>
  store.write(async transaction => {
    const row = await transaction
      .selectFrom('sessions')
      .select('expires_at')
      .where('id', '=', id)
      .executeTakeFirst()
    if (row === undefined || row.expires_at === null || row.expires_at > now) return false
    return move(transaction, id, 'stopping', { now, end_reason: 'expired' })
  })

const dueQuery = compiledQuery<{ now: string }, { id: SessionId }>((database, parameter) =>
  database
    .selectFrom('sessions')
    .select('id')
    .where('idle_check_at', '<=', parameter('now'))
    .where('status', '=', 'running'),
)

/** Sessions that may be idle: it is time to look. */
export const sessionsToCheck = async (store: Store, now: string): Promise<SessionId[]> =>
  (await store.read(database => dueQuery(database, { now }))).map(({ id }) => id)

/**
 * Stops a session in which no command is queued or running but apps, and nothing else has happened for as long as it may be
 * idle; otherwise notes when to look again. `by` is the instant that counts (see `cautious-clock.ts` of the runner),
 * `now` the one that is written.
 */
export const stopWhereIdle = (store: Store, id: SessionId, by: string, now: string): Promise<boolean> =>
  store.write(async transaction => {
    const row = await transaction
      .selectFrom('sessions')
      .select(['status', 'idle_timeout_seconds', 'last_active_at'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (row === undefined || row.status !== 'running' || row.idle_timeout_seconds === 0) return false
    const live = (await hasCommand(transaction, id, queued)) || (await hasCommand(transaction, id, running))
    const span = row.idle_timeout_seconds * 1_000
    const whole = Date.parse(by) + span
    const next = live ? whole : Math.min(Date.parse(row.last_active_at) + span, whole)
    if (next <= Date.parse(by)) return move(transaction, id, 'stopping', { now, end_reason: 'idle' })
    await transaction
      .updateTable('sessions')
      .set({ idle_check_at: toInstant(next) })
      .where('id', '=', id)
      .execute()
    return false
  })

const hasCommand = async (
  transaction: Transaction<Schema>,
  session: SessionId,
  status: typeof queued,
): Promise<boolean> =>
  (await transaction
    .selectFrom('commands')
    .select('id')
    .where('session_id', '=', session)
    .where('status', '=', status)
    .where('app', 'is', null)
    .limit(1)
    .executeTakeFirst()) !== undefined

/** Asks for the removal of all sessions that ended before `end`. */
export const removeEndedBefore = (store: Store, end: string): Promise<SessionId[]> =>
  store.write(async transaction => {
    const rows = await transaction
      .updateTable('sessions')
      .set({ delete_requested: 1 })
      .where('status', 'in', ['stopped', 'failed'])
      .where('ended_at', '<', end)
      .where('delete_requested', '=', 0)
      .returning('id')
      .execute()
    return rows.map(({ id }) => id)
  })
