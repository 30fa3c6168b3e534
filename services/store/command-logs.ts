import { type Kysely, sql } from 'kysely'
import type { CommandId } from '../contract/ids.ts'
import type { LogState } from './log-state.ts'
import type { CommandRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/** What is needed to find the files of a command's logs. */
export type LogsOf = Pick<CommandRow, 'id' | 'session_id' | 'stdout_bytes' | 'stderr_bytes'>

/** Logs that are as they were written by commands that ended before an instant, the oldest so many. */
export const logsToStore = (
  store: Store,
  { before, most }: { before: string; most: number },
): Promise<LogsOf[]> =>
  store.read(database =>
    ended(database)
      .select(['id', 'session_id', 'stdout_bytes', 'stderr_bytes'])
      .where('log_state', '=', 'written')
      .where('ended_at', '<', before)
      .orderBy('ended_at')
      .limit(most)
      .execute(),
  )

/** Says what the logs of a command take on disk, now that they are as they are kept. */
export const logsStored = async (store: Store, id: CommandId, bytes: number): Promise<void> => {
  await store.write(transaction =>
    transaction
      .updateTable('commands')
      .set({ log_state: 'stored', log_stored_bytes: bytes })
      .where('id', '=', id)
      .where('log_state', '=', 'written')
      .execute(),
  )
}

/** What may be kept of logs; undefined: any. Sizes are those on disk. */
export type LogBounds = {
  /** Only logs of commands that ended at this instant or later. */
  readonly since: string | undefined
  readonly sessionBytes: number | undefined
  readonly totalBytes: number | undefined
}

const present: readonly LogState[] = ['written', 'stored']

/** Of the logs that are past a bound, the oldest so many. */
export const logsPastBounds = (
  store: Store,
  { since, sessionBytes, totalBytes, most }: LogBounds & { most: number },
): Promise<{ id: CommandId; session_id: CommandRow['session_id']; bytes: number }[]> =>
  store.read(database =>
    database
      .with('kept', query =>
        ended(query)
          .select(['id', 'session_id', 'ended_at', bytesOnDisk.as('bytes')])
          .where('log_state', 'in', present)
          .where(bytesOnDisk, '>', 0),
      )
      .with('aged', query =>
        query
          .selectFrom('kept')
          .selectAll()
          .select([
            sql<number>`sum(bytes) over (order by ended_at desc, id desc)`.as('with_younger'),
            sql<number>`sum(bytes) over (partition by session_id order by ended_at desc, id desc)`.as(
              'with_younger_of_session',
            ),
          ]),
      )
      .selectFrom('aged')
      .select(['id', 'session_id', 'bytes'])
      .where(eb =>
        eb.or([
          ...(since === undefined ? [] : [eb('ended_at', '<', since)]),
          ...(sessionBytes === undefined ? [] : [eb('with_younger_of_session', '>', sessionBytes)]),
          ...(totalBytes === undefined ? [] : [eb('with_younger', '>', totalBytes)]),
        ]),
      )
      .orderBy('ended_at')
      .orderBy('id')
      .limit(most)
      .execute(),
  )

const bytesOnDisk = sql<number>`coalesce(log_stored_bytes, stdout_bytes + stderr_bytes)`

/** Has the logs of a command told no more. False where that was done before. */
export const expireLogs = (store: Store, id: CommandId, now: string): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('commands')
      .set({ log_state: 'expired', log_expired_at: now })
      .where('id', '=', id)
      .where('log_state', 'in', present)
      .where('ended_at', 'is not', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

/** Logs that have expired and whose files may be there still. */
export const logsToRemove = (store: Store, most: number): Promise<LogsOf[]> =>
  store.read(database =>
    ended(database)
      .select(['id', 'session_id', 'stdout_bytes', 'stderr_bytes'])
      .where('log_state', '=', 'expired')
      .limit(most)
      .execute(),
  )

export const logsRemoved = async (store: Store, id: CommandId): Promise<void> => {
  await store.write(transaction =>
    transaction
      .updateTable('commands')
      .set({ log_state: 'removed', log_stored_bytes: 0 })
      .where('id', '=', id)
      .where('log_state', '=', 'expired')
      .execute(),
  )
}

/** What has ended alone has final logs: a command that is queued again has no end. */
const ended = (database: Pick<Kysely<Schema>, 'selectFrom'>) =>
  database.selectFrom('commands').where('ended_at', 'is not', null)
