import { type Kysely, sql } from 'kysely'
import type { ServiceMetrics } from '../../lib/metrics.ts'
import type { RepositoryStatus } from '../contract/repository-state.ts'
import type { SessionStatus } from '../contract/session-state.ts'
import type { WorktreeStatus } from '../contract/worktree-state.ts'
import { queued, running } from './command-queue.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

/** The states of a command that has not ended. Of those that have there may be any number, and each would be counted. */
export const liveStatuses = ['queued', 'running'] as const

/** How much there is of what, at one moment. A state that nothing is in is missing. */
export type StoreFigures = {
  readonly sessions: Partial<Record<SessionStatus, number>>
  readonly commands: Partial<Record<(typeof liveStatuses)[number], number>>
  readonly repositories: Partial<Record<RepositoryStatus, number>>
  readonly worktrees: Partial<Record<WorktreeStatus, number>>
  readonly debugSessions: number
  readonly runners: number
}

export const storeFigures = (store: Store): Promise<StoreFigures> =>
  store.read(async database => {
    const count = (table: 'sessions' | 'commands' | 'repositories' | 'worktrees') =>
      database.selectFrom(table).select(['status', eb => eb.fn.countAll<number>().as('count')])
    const sessions = await count('sessions').groupBy('status').execute()
    const commands = [
      ...(await count('commands').where('status', '=', queued).groupBy('status').execute()),
      ...(await count('commands').where('status', '=', running).groupBy('status').execute()),
    ]
    const repositories = await count('repositories').groupBy('status').execute()
    const worktrees = await count('worktrees').groupBy('status').execute()
    return {
      sessions: byStatus(sessions),
      commands: byStatus(commands),
      repositories: byStatus(repositories),
      worktrees: byStatus(worktrees),
      debugSessions: await liveDebuggees(database),
      runners: await rowsIn(database, 'runners'),
    }
  })

/** How many debug sessions live, by their debuggees. */
export async function liveDebuggees(database: Kysely<Schema>): Promise<number> {
  let live = 0
  for (const status of [queued, running]) {
    const { count } = await database
      .selectFrom('commands')
      .where('status', '=', status)
      .where('debuggee', '=', sql.lit(1))
      .select(eb => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    live += count
  }
  return live
}

export async function rowsIn(database: Kysely<Schema>, table: 'runners'): Promise<number> {
  const { count } = await database
    .selectFrom(table)
    .select(eb => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

const byStatus = (rows: readonly { status: string; count: number }[]) =>
  Object.fromEntries(rows.map(({ status, count }) => [status, count]))

/** Among the figures of a service: how often it had to ask the store again. */
export function countRetries(metrics: ServiceMetrics, store: Pick<Store, 'retries'>): void {
  metrics.counter(
    'debug_server_store_retries_total',
    'Times that the store was asked again because it was locked.',
    [],
    counter => {
      counter.reset()
      counter.inc(store.retries)
    },
  )
}
