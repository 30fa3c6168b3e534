import { type Kysely, sql } from 'kysely'
import type { Statistics } from '../contract/administration-resources.ts'
import { commandStatuses } from '../contract/command-state.ts'
import { repositoryStatuses } from '../contract/repository-state.ts'
import { sessionStatuses } from '../contract/session-state.ts'
import { worktreeStatuses } from '../contract/worktree-state.ts'
import { liveDebuggees, rowsIn } from './figures.ts'
import type { Schema } from './schema.ts'
import type { Store } from './store.ts'

/** What an administrator wants to know now and then: every command is counted, which metrics do not wait for. */
export const statistics = (store: Store): Promise<Statistics> =>
  store.read(async database => {
    const { disabled, total } = await database
      .selectFrom('users')
      .select(eb => [eb.fn.countAll<number>().as('total'), eb.fn.count<number>('disabled_at').as('disabled')])
      .executeTakeFirstOrThrow()
    return {
      users: { total, disabled },
      sessions: await countsOf(database, 'sessions', sessionStatuses),
      commands: await countsOf(database, 'commands', commandStatuses),
      repositories: await countsOf(database, 'repositories', repositoryStatuses),
      worktrees: await countsOf(database, 'worktrees', worktreeStatuses),
      debug_sessions: await liveDebuggees(database),
      runners: await rowsIn(database, 'runners'),
      bytes: {
        logs: await sumOf(database, 'commands', 'log_stored_bytes'),
        artifacts: await sumOf(database, 'artifacts', 'bytes'),
        worktrees: await sumOf(database, 'worktrees', 'bytes'),
        environments: await sumOf(database, 'environments', 'bytes'),
      },
    }
  })

/** By status; 0 where there is nothing. */
async function countsOf<Status extends string>(
  database: Kysely<Schema>,
  table: 'sessions' | 'commands' | 'repositories' | 'worktrees',
  statuses: readonly Status[],
): Promise<Record<Status, number>> {
  const rows = await database
    .selectFrom(table)
    .select(['status', eb => eb.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  const counts = new Map<string, number>(rows.map(({ status, count }) => [status, count]))
  return Object.fromEntries(statuses.map(status => [status, counts.get(status) ?? 0])) as Record<
    Status,
    number
  >
}

async function sumOf(
  database: Kysely<Schema>,
  table: 'commands' | 'artifacts' | 'worktrees' | 'environments',
  column: 'bytes' | 'log_stored_bytes',
): Promise<number> {
  const { sum } = await database
    .selectFrom(table)
    .select(sql<number | null>`sum(${sql.ref(column)})`.as('sum'))
    .executeTakeFirstOrThrow()
  return sum ?? 0
}
