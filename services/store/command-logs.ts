import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { CommandId, SessionId } from '../contract/ids.ts'
import { pastBound } from './past-bound.ts'
import type { CommandRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/** What is needed to find the files of a command's logs. */
export type LogsOf = Pick<CommandRow, 'id' | 'session_id' | 'stdout_bytes' | 'stderr_bytes'>

/** A place in the order in which commands have ended. */
export type LogPlace = { readonly ended_at: string; readonly id: CommandId }

/** Logs that are as they were written by commands that ended before an instant, the oldest so many behind `after`. */
export const logsToStore = (
  store: Store,
  { before, after, most }: { before: string; after: LogPlace | undefined; most: number },
): Promise<(LogsOf & LogPlace)[]> =>
  store.read(database => {
    const query = ended(database, sql`'written'`)
      .select(['id', 'session_id', 'stdout_bytes', 'stderr_bytes'])
      .select(sql<string>`ended_at`.as('ended_at'))
      .where('ended_at', '<', before)
      .orderBy('ended_at')
      .orderBy('id')
      .limit(most)
    const behind =
      after === undefined
        ? query
        : query.where(eb => eb(eb.refTuple('ended_at', 'id'), '>', eb.tuple(after.ended_at, after.id)))
    return behind.execute()
  })

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

export type KeptLog = { id: CommandId; session_id: SessionId; bytes: number }

/** Of the logs that are to go, the next so many: what is too old, and what is too much in a session, or in all. */
export const logsPastBounds = (
  store: Store,
  { since, sessionBytes, totalBytes, most }: LogBounds & { most: number },
): Promise<KeptLog[]> =>
  store.read(async database => {
    const oldest = kept(database)
      .select(['id', 'session_id', bytesOnDisk.as('bytes')])
      .orderBy('ended_at')
      .orderBy('id')
      .limit(most)
    const larger = (query: typeof oldest) => (than?: number) =>
      (than === undefined ? query : query.where(bytesOnDisk, '>', than)).execute()
    if (since !== undefined) {
      const old = await oldest.where('ended_at', '<', since).execute()
      if (old.length > 0) return old
    }
    if (sessionBytes !== undefined) {
      const full = await fullSession(database, sessionBytes)
      if (full !== undefined)
        return await pastBound(
          full.bytes,
          sessionBytes,
          larger(oldest.where('session_id', '=', full.session_id)),
        )
    }
    if (totalBytes === undefined) return []
    const { bytes } = await kept(database)
      .select(eb => eb.fn.coalesce(eb.fn.sum<number>(bytesOnDisk), sql<number>`0`).as('bytes'))
      .executeTakeFirstOrThrow()
    return await pastBound(bytes, totalBytes, larger(oldest))
  })

/** One whose logs take more than that, and how much. */
const fullSession = (database: Reading, bound: number) =>
  kept(database)
    .select(eb => ['session_id', eb.fn.sum<number>(bytesOnDisk).as('bytes')])
    .groupBy('session_id')
    .having(eb => eb(eb.fn.sum<number>(bytesOnDisk), '>', bound))
    .limit(1)
    .executeTakeFirst()

/** Logs that take room, and are those of commands that have ended. */
const kept = (database: Reading) => ended(database, sql`'written', 'stored'`).where(bytesOnDisk, '>', 0)

/** Has the logs of a command told no more. False where that was done before. */
export const expireLogs = (store: Store, id: CommandId, now: string): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('commands')
      .set({ log_state: 'expired', log_expired_at: now })
      .where('id', '=', id)
      .where('log_state', 'in', ['written', 'stored'])
      .where('ended_at', 'is not', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

/** Logs that have expired and whose files may be there still. */
export const logsToRemove = (store: Store, most: number): Promise<LogsOf[]> =>
  store.read(database =>
    ended(database, sql`'expired'`)
      .select(['id', 'session_id', 'stdout_bytes', 'stderr_bytes'])
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

type Reading = Pick<Kysely<Schema>, 'selectFrom'>

/**
 * Logs in these states. What has ended alone has final logs: a command that is queued again has no end. The states are
 * written out, as in the indexes of migration 0014, for only then does the database know that these fit.
 */
const ended = (database: Reading, states: RawBuilder<unknown>) =>
  database
    .selectFrom('commands')
    .where('ended_at', 'is not', null)
    .where(sql<boolean>`log_state in (${states})`)

const bytesOnDisk = sql<number>`coalesce(log_stored_bytes, stdout_bytes + stderr_bytes)`
