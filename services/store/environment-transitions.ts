import { type Expression, type ExpressionBuilder, sql } from 'kysely'
import {
  type EnvironmentFailure,
  type EnvironmentStatus,
  environmentSourcesOf,
} from '../contract/environment-state.ts'
import type { CommandId, EnvironmentId } from '../contract/ids.ts'
import { usersOf } from './environments.ts'
import type { EnvironmentRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/**
 * What a build has come to, as its command tells it; each of those who wait for it may write it down, for all write the
 * same. False where it has been written.
 */
export const endBuild = (
  store: Store,
  id: EnvironmentId,
  command: CommandId | null,
  end: { to: 'ready' } | { to: 'failed'; failure: EnvironmentFailure },
): Promise<boolean> =>
  move(store, id, end.to, eb => eb('command_id', command === null ? 'is' : '=', command), {
    failure_json: end.to === 'failed' ? JSON.stringify(end.failure) : null,
  })

/** Takes one out of use that no session has. False where one has, or where it is being built. */
export const evictEnvironment = (store: Store, id: EnvironmentId): Promise<boolean> =>
  move(store, id, 'evicted', eb => eb.not(eb.exists(usersOf(eb).select('sessions.id'))))

/** Takes one out of use that is damaged, whoever has it. */
export const condemnEnvironment = (store: Store, id: EnvironmentId): Promise<boolean> =>
  move(store, id, 'evicted')

/** The one place where an environment's status changes. */
const move = (
  store: Store,
  id: EnvironmentId,
  to: EnvironmentStatus,
  condition?: (eb: ExpressionBuilder<Schema, 'environments'>) => Expression<unknown>,
  changes: Partial<Pick<EnvironmentRow, 'failure_json'>> = {},
): Promise<boolean> =>
  store.write(async transaction => {
    const query = transaction
      .updateTable('environments')
      .set({ status: to, ...changes })
      .where('id', '=', id)
      .where('status', 'in', environmentSourcesOf(to))
    const { numUpdatedRows } = await (condition === undefined
      ? query
      : query.where(eb => sql<boolean>`${condition(eb)}`)
    ).executeTakeFirst()
    return numUpdatedRows > 0n
  })
