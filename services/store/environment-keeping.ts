import { sql } from 'kysely'
import type { EnvironmentId } from '../contract/ids.ts'
import { type EnvironmentJoined, selectEnvironments, usersOf } from './environments.ts'
import type { Store } from './store.ts'

/** What somebody has to look after. */
export type UnfinishedEnvironments = {
  /** Of all environments that there are. */
  readonly ids: ReadonlySet<string>
  readonly building: readonly EnvironmentJoined[]
  /** Ready, and not measured yet. */
  readonly ready: readonly EnvironmentJoined[]
  /** Their directories are of no use any more. */
  readonly over: readonly EnvironmentJoined[]
}

export const unfinishedEnvironments = (store: Store): Promise<UnfinishedEnvironments> =>
  store.read(async database => {
    const ids = await database.selectFrom('environments').select('id').execute()
    const rows = await selectEnvironments(database)
      .where(eb => eb.or([eb('environments.status', '!=', 'ready'), eb('environments.bytes', 'is', null)]))
      .execute()
    const of = (...statuses: EnvironmentJoined['status'][]) =>
      rows.filter(({ status }) => statuses.includes(status))
    return {
      ids: new Set(ids.map(({ id }) => id)),
      building: of('building'),
      ready: of('ready'),
      over: of('failed', 'evicted'),
    }
  })

/** How many that have failed are kept, so that one can be asked why. */
const failedKept = 100

/**
 * Those that no session has, and that are too many or too large together with all that were used after them; that have
 * failed long ago; or whose repository is gone. 0: any number.
 */
export const environmentsToEvict = (
  store: Store,
  { keep, totalBytes }: { keep: number; totalBytes: number },
): Promise<EnvironmentId[]> =>
  store.read(async database => {
    const rows = await database
      .with('aged', query =>
        query
          .selectFrom('environments')
          .select(['id', 'status', 'repository_id'])
          .select(eb => [
            sql<number>`row_number() over (partition by status order by used_at desc, id desc)`.as('place'),
            sql<number>`sum(coalesce(bytes, 0)) over (partition by status order by used_at desc, id desc)`.as(
              'with_later',
            ),
            eb.exists(usersOf(eb).select('sessions.id')).as('in_use'),
          ])
          .where('status', 'in', ['ready', 'failed']),
      )
      .selectFrom('aged')
      .select('id')
      .where('in_use', '=', sql<never>`0`)
      .where(eb =>
        eb.or([
          eb('repository_id', 'is', null),
          eb.and([eb('status', '=', 'failed'), eb('place', '>', failedKept)]),
          ...(keep === 0 ? [] : [eb.and([eb('status', '=', 'ready'), eb('place', '>', keep)])]),
          ...(totalBytes === 0
            ? []
            : [eb.and([eb('status', '=', 'ready'), eb('with_later', '>', totalBytes)])]),
        ]),
      )
      .execute()
    return rows.map(({ id }) => id)
  })

export const setEnvironmentBytes = async (store: Store, id: EnvironmentId, bytes: number): Promise<void> => {
  await store.write(transaction =>
    transaction.updateTable('environments').set({ bytes }).where('id', '=', id).execute(),
  )
}

/** Forgets one that has been evicted. */
export const removeEnvironment = async (store: Store, id: EnvironmentId): Promise<void> => {
  await store.write(transaction =>
    transaction.deleteFrom('environments').where('id', '=', id).where('status', '=', 'evicted').execute(),
  )
}
