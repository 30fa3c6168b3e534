import { sql } from 'kysely'
import { instanceId } from '../contract/ids.ts'
import { beginsLike, type Resolved, resolved } from './references.ts'
import type { RegisteredRunner } from './runners.ts'
import type { Store } from './store.ts'

/** A runner with how much it has leases of. */
export type WorkingRunner = RegisteredRunner & { sessions: number; commands: number }

/** In the order in which they have registered, from behind one on. */
export const workingRunners = (
  store: Store,
  { after = 0, limit }: { after?: number | undefined; limit: number },
): Promise<WorkingRunner[]> =>
  selected(store, query =>
    query.where(sql<boolean>`token > ${after}`).orderBy('token').limit(limit).execute(),
  )

/** Finds a runner by its instance id, or a unique beginning of it. */
export const resolveRunner = async (store: Store, reference: string): Promise<Resolved<WorkingRunner>> =>
  resolved(
    (
      await selected(store, query =>
        query
          .where(beginsLike('instance_id', instanceId.prefix, reference))
          .limit(3)
          .execute(),
      )
    ).map(row => ({ ...row, id: row.instance_id })),
  )

const selected = <T>(store: Store, work: (query: ReturnType<typeof select>) => Promise<T>): Promise<T> =>
  store.read(database => work(select(database)))

const select = (database: Parameters<Parameters<Store['read']>[0]>[0]) =>
  database
    .selectFrom('runners')
    .selectAll()
    .select(eb => [
      eb
        .selectFrom('sessions')
        .whereRef('sessions.runner_token', '=', 'runners.token')
        .select(count => count.fn.countAll<number>().as('count'))
        .$asScalar()
        .$notNull()
        .as('sessions'),
      eb
        .selectFrom('commands')
        .whereRef('commands.runner_token', '=', 'runners.token')
        .select(count => count.fn.countAll<number>().as('count'))
        .$asScalar()
        .$notNull()
        .as('commands'),
    ])
