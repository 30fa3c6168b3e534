import { toInstant } from '../../lib/clock.ts'
import { attributesOf, withSubject } from '../../lib/subject.ts'
import { withSpan } from '../../lib/trace.ts'
import { repositoriesToRemove } from '../store/repositories.ts'
import { type Due, repositoriesToFetch, takeFetch } from '../store/repository-fetches.ts'
import type { RepositoryRow } from '../store/schema.ts'
import type { RunnerContext } from './context.ts'
import { longestPauseMs, usedForMs } from './fetch-schedule.ts'
import type { KeyedJobs } from './keyed-jobs.ts'
import { refreshRepository } from './refresh-repository.ts'
import { removeUnusedRepository } from './remove-repository.ts'

/** How many repositories a runner fetches by itself at a time; those that somebody asked for are not counted. */
const mostAtATime = 4

/** Starts what is to be done about repositories: those to be fetched, by wish or by time, and those to be removed. */
export async function keepRepositories(context: RunnerContext, jobs: KeyedJobs): Promise<void> {
  const { store } = context
  const due = dueNow(context)
  for (const row of await repositoriesToFetch(store, due, mostAtATime))
    jobs.start(keyOf(row), signal => inSpan(row, 'fetch', () => fetch(context, row, due, signal)))
  for (const row of await repositoriesToRemove(store))
    jobs.start(keyOf(row), () => inSpan(row, 'remove', () => removeUnusedRepository(context, row)))
}

const inSpan = ({ id }: RepositoryRow, what: 'fetch' | 'remove', work: () => Promise<void>) =>
  withSubject({ repository: id }, () =>
    withSpan(`repository ${what}`, { attributes: () => attributesOf({ repository: id }) }, work),
  )

async function fetch(
  context: RunnerContext,
  row: RepositoryRow,
  due: Due | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { store, lease, clock } = context
  // The first one may be the one that a session waits for; any other begins now.
  const since = row.status === 'pending' ? Date.parse(row.created_at) : clock.now()
  if (await takeFetch(store, row.id, lease.token, due))
    await refreshRepository(context, row, since, signal, row.fetches_wanted)
}

function dueNow({ clock, fetchEveryMs }: RunnerContext): Due | undefined {
  if (fetchEveryMs === 0) return undefined
  const now = clock.now()
  return {
    now: toInstant(now),
    farthest: toInstant(now + longestPauseMs(fetchEveryMs)),
    usedSince: toInstant(now - usedForMs),
  }
}

const keyOf = ({ id }: RepositoryRow) => `repository ${id}`
