import { type ExpressionBuilder, sql } from 'kysely'
import type { RepositoryId, RunnerToken } from '../contract/ids.ts'
import type { RepositoryFailure } from '../contract/repository-state.ts'
import { isRegistered } from './runners.ts'
import type { RepositoryRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/**
 * Which repositories are to be fetched, and what became of it. A repository is to be fetched when it never was, when
 * somebody asks for it, and by itself when its time has come. Fetches that are asked for are counted: one has been done
 * when as many were done as were wanted when it was asked for, and no clock has a say in it.
 */

/** What is fetched by itself: its time has come, and it has been used since. Instants. */
export type Due = {
  readonly now: string
  /** What is planned for later than this was planned by a clock that has been set back since: it is due. */
  readonly farthest: string
  readonly usedSince: string
}

/** Asks for a fetch. What it returns is the number that `fetches_done` reaches when it has been done. */
export const wantFetch = (store: Store, id: RepositoryId, now: string): Promise<number | undefined> =>
  store.write(async transaction => {
    const row = await transaction
      .updateTable('repositories')
      .set(eb => ({ fetches_wanted: eb('fetches_wanted', '+', 1), used_at: now }))
      .where('id', '=', id)
      .where('removal_requested', '=', 0)
      .returning('fetches_wanted')
      .executeTakeFirst()
    return row?.fetches_wanted
  })

/** Those to be fetched; by themselves only where `due` is given, and no more than `most` of these. */
export const repositoriesToFetch = (
  store: Store,
  due: Due | undefined,
  most: number,
): Promise<RepositoryRow[]> =>
  store.read(async database => {
    const query = database.selectFrom('repositories').selectAll().where('removal_requested', '=', 0)
    const wanted = await query.where(isWanted).execute()
    if (due === undefined || most <= 0) return wanted
    const timely = await query
      .where(eb => eb.and([eb.not(isWanted(eb)), isDue(due)(eb)]))
      .orderBy('next_fetch_at')
      .limit(most)
      .execute()
    return [...wanted, ...timely]
  })

/**
 * Takes the lease of a repository that is still to be fetched. Of several runners that find it due, one does: when that
 * one has fetched it, it is due no more.
 */
export const takeFetch = (
  store: Store,
  id: RepositoryId,
  by: RunnerToken,
  due: Due | undefined,
): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('repositories')
      .set({ runner_token: by })
      .where('id', '=', id)
      .where('removal_requested', '=', 0)
      .where(eb => eb.or([eb('runner_token', 'is', null), eb('runner_token', '=', by)]))
      .where(eb => (due === undefined ? isWanted(eb) : eb.or([isWanted(eb), isDue(due)(eb)])))
      .where(isRegistered(by))
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

export type FetchEnd = {
  readonly now: string
  /** How many fetches this one does: `fetches_wanted` from before it began. */
  readonly did: number
  /** When it is fetched next by itself, after so many failures in a row. */
  readonly next: (failures: number) => string | null
  /** The runner that fetched. What one says that is gone is refused: its successor has fetched since. */
  readonly by?: RunnerToken
}

/** Records a fetch that succeeded. A default branch that was given when the repository was added stays. */
export const recordFetch = (
  store: Store,
  id: RepositoryId,
  default_branch: string | null,
  { now, did, next, by }: FetchEnd,
): Promise<void> =>
  store.write(async transaction => {
    await transaction
      .updateTable('repositories')
      .set(eb => ({
        status: 'ready',
        failure_json: null,
        failed_at: null,
        failures: 0,
        fetched_at: now,
        next_fetch_at: next(0),
        fetches_done: atLeast(did),
        default_branch: eb.fn.coalesce('default_branch', eb.val(default_branch)),
      }))
      .where('id', '=', id)
      .where(stillRegistered(by))
      .execute()
  })

export const recordFetchFailure = (
  store: Store,
  id: RepositoryId,
  failure: RepositoryFailure,
  { now, did, next, by }: FetchEnd,
): Promise<void> =>
  store.write(async transaction => {
    const row = await transaction
      .updateTable('repositories')
      .set(eb => ({
        status: 'failed',
        failure_json: JSON.stringify(failure),
        failed_at: now,
        failures: eb('failures', '+', 1),
        fetches_done: atLeast(did),
      }))
      .where('id', '=', id)
      .where(stillRegistered(by))
      .returning('failures')
      .executeTakeFirst()
    if (row === undefined) return
    await transaction
      .updateTable('repositories')
      .set({ next_fetch_at: next(row.failures) })
      .where('id', '=', id)
      .execute()
  })

type Repositories = ExpressionBuilder<Schema, 'repositories'>

const isWanted = (eb: Repositories) =>
  eb.or([eb('status', '=', 'pending'), eb('fetches_wanted', '>', eb.ref('fetches_done'))])

const isDue =
  ({ now, farthest, usedSince }: Due) =>
  (eb: Repositories) =>
    eb.and([
      eb('used_at', '>=', usedSince),
      eb.or([
        eb('next_fetch_at', 'is', null),
        eb('next_fetch_at', '<=', now),
        eb('next_fetch_at', '>', farthest),
      ]),
    ])

/** A fetch that began later may have been recorded already. */
const atLeast = (did: number) =>
  sql<number>`case when fetches_done < ${did} then ${did} else fetches_done end`

const stillRegistered = (by: RunnerToken | undefined) =>
  by === undefined ? sql<boolean>`true` : sql<boolean>`exists (select 1 from runners where token = ${by})`
