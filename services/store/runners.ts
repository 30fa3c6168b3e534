import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { CommandId, InstanceId, RepositoryId, RunnerToken, SessionId } from '../contract/ids.ts'
import type { SessionStatus } from '../contract/session-state.ts'
import { running } from './command-queue.ts'
import { compiledQuery } from './compiled-query.ts'
import type { RunnerRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/**
 * Runners and their leases. A runner registers and gets a token, a number that only grows; what it works on names that
 * token, and each of its writes is conditional on it. Its leases end together, with its row: whoever ends a runner that
 * is gone makes every later write of it void.
 *
 * Nothing here compares instants; whether a runner is gone is judged by `lease-rules.ts` of the runner.
 */
export type NewRunner = {
  instance_id: InstanceId
  host: string
  pid: number
  process_started: string
  process_scope: string
  term_ms: number
  now: string
}

export const registerRunner = (store: Store, { now, ...runner }: NewRunner): Promise<RunnerToken> =>
  store.write(async transaction => {
    const { token } = await transaction
      .insertInto('runners')
      .values({ ...runner, beats: 0, renewed_at: now })
      .returning('token')
      .executeTakeFirstOrThrow()
    return token
  })

/** Says that a runner is there still. False where it has been ended: it has no leases any more. */
export const renewRunner = (store: Store, token: RunnerToken, now: string): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('runners')
      .set(eb => ({ beats: eb('beats', '+', 1), renewed_at: now }))
      .where('token', '=', token)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

export type RegisteredRunner = Selectable<RunnerRow>

const listQuery = compiledQuery<Record<never, never>, RegisteredRunner>(database =>
  database.selectFrom('runners').selectAll().orderBy('token'),
)

export const listRunners = (store: Store): Promise<RegisteredRunner[]> =>
  store.read(database => listQuery(database, {}))

/** Ends a runner and all its leases; with `beats` only if it has not renewed them since. False where it did not. */
export const endRunner = (store: Store, token: RunnerToken, beats?: number): Promise<boolean> =>
  store.write(async transaction => {
    const query = transaction.deleteFrom('runners').where('token', '=', token)
    const { numDeletedRows } = await (beats === undefined
      ? query
      : query.where('beats', '=', beats)
    ).executeTakeFirst()
    return numDeletedRows > 0n
  })

/** Takes the lease of a session in one of these states. True also where this runner has it already. */
export const takeSession = (
  store: Store,
  id: SessionId,
  by: RunnerToken,
  ...statuses: SessionStatus[]
): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('sessions')
      .set({ runner_token: by })
      .where('id', '=', id)
      .where('status', 'in', statuses)
      .where(eb => eb.or([eb('runner_token', 'is', null), eb('runner_token', '=', by)]))
      .where(isRegistered(by))
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

/** Takes the lease of a repository. True also where this runner has it already. */
export const takeRepository = (store: Store, id: RepositoryId, by: RunnerToken): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('repositories')
      .set({ runner_token: by })
      .where('id', '=', id)
      .where(eb => eb.or([eb('runner_token', 'is', null), eb('runner_token', '=', by)]))
      .where(isRegistered(by))
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

export const freeRepository = async (store: Store, id: RepositoryId, by: RunnerToken): Promise<void> => {
  await store.write(transaction =>
    transaction
      .updateTable('repositories')
      .set({ runner_token: null })
      .where('id', '=', id)
      .where('runner_token', '=', by)
      .execute(),
  )
}

/** Takes the leases of running commands that nobody has, because their runner has ended. */
export const adoptCommands = (store: Store, by: RunnerToken): Promise<CommandId[]> =>
  store.write(async transaction => {
    const rows = await transaction
      .updateTable('commands')
      .set({ runner_token: by })
      .where('status', '=', running)
      .where('runner_token', 'is', null)
      .where(isRegistered(by))
      .returning('id')
      .execute()
    return rows.map(({ id }) => id)
  })

/** The condition of taking a lease: a runner that has been ended takes none. */
export const isRegistered =
  (token: RunnerToken | Expression<RunnerToken | null>) =>
  <Table extends keyof Schema>(eb: ExpressionBuilder<Schema, Table>): Expression<SqlBool> =>
    eb.exists(sql`(select 1 from runners where token = ${token})`)
