import type { Transaction } from 'kysely'
import type { CommandId, SessionId } from '../contract/ids.ts'
import { unaudited } from './audit-entry.ts'
import { compiledQuery } from './compiled-query.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

/**
 * When something happened in a session last. Its commands note it where they are queued, cancelled and end, in
 * transactions that are written anyway; that one is running or queued counts by itself, see `session-life.ts`.
 */
export async function noteActivity(
  transaction: Transaction<Schema>,
  session: SessionId,
  now: string,
): Promise<void> {
  await sessionQuery(transaction, { session, now })
}

const sessionQuery = compiledQuery<{ session: SessionId; now: string }, unknown>((database, parameter) =>
  database
    .updateTable('sessions')
    .set({ last_active_at: parameter('now') })
    .where('id', '=', parameter('session')),
)

const commandQuery = compiledQuery<{ command: CommandId; now: string }, unknown>((database, parameter) =>
  database
    .updateTable('sessions')
    .set({ last_active_at: parameter('now') })
    .where('id', '=', eb =>
      eb.selectFrom('commands').select('session_id').where('id', '=', parameter('command')),
    ),
)

/** As `noteActivity`, of the session that a command belongs to. */
export async function noteActivityOf(
  transaction: Transaction<Schema>,
  command: CommandId,
  now: string,
): Promise<void> {
  await commandQuery(transaction, { command, now })
}

/** The most that what is told of a session's last activity may be behind, in milliseconds. */
const coarsest = 10_000

type Used = { id: SessionId; last_active_at: string; idle_timeout_seconds: number }

/** Whether what is told of its last activity is near enough. */
function isFresh({ last_active_at, idle_timeout_seconds: idle }: Used, now: string): boolean {
  const since = Date.parse(now) - Date.parse(last_active_at)
  // A last activity in the future is one of before the clock was set.
  return since >= 0 && since < Math.min(coarsest, idle === 0 ? coarsest : idle * 100)
}

/** As `touchSession`, within a transaction. */
export async function touch(transaction: Transaction<Schema>, session: Used, now: string): Promise<void> {
  if (!isFresh(session, now)) await noteActivity(transaction, session.id, now)
}

/**
 * Says that a session is in use. However often that is said, it is written once in ten seconds, or in a tenth of the
 * time that the session may be idle.
 */
export async function touchSession(store: Store, session: Used, now: string): Promise<void> {
  if (isFresh(session, now)) return
  await unaudited(() => store.write(transaction => noteActivity(transaction, session.id, now)))
}
