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
 * Of those that no session has: which are too many, or too large together with all that were used after them; have failed
 * long ago; or whose repository is gone. One that is too large by itself goes and takes no other with it, and what sessions
 * have does not count. 0: any number.
 */
export const environmentsToEvict = (
  store: Store,
  { keep, totalBytes }: { keep: number; totalBytes: number },
): Promise<EnvironmentId[]> =>
  store.read(async database => {
    const most = totalBytes === 0 ? Number.MAX_SAFE_INTEGER : totalBytes
    const rows = await database
      .with('aged', query =>
        query
          .selectFrom('environments')
          .select(['id', 'status', 'repository_id', 'bytes'])
          .select([
            sql<number>`row_number() over (partition by status order by used_at desc, id desc)`.as('place'),
            sql<number>`sum(iif(bytes <= ${most}, bytes, 0)) over (partition by status order by used_at desc, id desc)`.as(
              'with_later',
            ),
          ])
          .where('status', 'in', ['ready', 'failed'])
          .where(eb => eb.not(eb.exists(usersOf(eb).select('sessions.id')))),
      )
      .selectFrom('aged')
      .select('id')
      .where(eb =>
        eb.or([
          eb('repository_id', 'is', null),
          eb.and([eb('status', '=', 'failed'), eb('place', '>', failedKept)]),
          eb.and([
            eb('status', '=', 'ready'),
            eb.or([
              ...(keep === 0 ? [] : [eb('place', '>', keep)]),
              eb('bytes', '>', most),
              eb('with_later', '>', most),
            ]),
          ]),
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
