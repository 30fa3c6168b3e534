import { toInstant } from '../../lib/clock.ts'
import { recordFetch, recordFetchFailure } from '../store/repository-fetches.ts'
import type { RepositoryRow } from '../store/schema.ts'
import type { RunnerContext } from './context.ts'
import { pauseBeforeFetch } from './fetch-schedule.ts'
import { type Fetched, mirrorOf } from './git/mirrors.ts'

/**
 * Brings a repository's mirror to what its remote has had since `since`, and records how that went. `did`: how many of the
 * fetches that were asked for are done with it. Rejects where it is given up, by `signal`, and then nothing is recorded.
 */
export async function refreshRepository(
  context: RunnerContext,
  repository: RepositoryRow,
  since: number,
  signal: AbortSignal,
  did = 0,
): Promise<Fetched> {
  const { store, files, clock, mirrors, changed, log, metrics, fetchEveryMs } = context
  // The token under which it was fetched, not a later one of this runner's.
  const by = context.lease.token
  const began = performance.now()
  const fetched = await mirrors.refresh(mirrorOf(files, repository), since, signal)
  metrics.fetched(fetched.ok ? 'done' : 'failed', performance.now() - began)
  const ended = clock.now()
  const next = (failures: number) =>
    fetchEveryMs === 0 ? null : toInstant(ended + pauseBeforeFetch(fetchEveryMs, failures, Math.random()))
  const end = { now: toInstant(ended), did, next, by }
  if (fetched.ok) await recordFetch(store, repository.id, fetched.default_branch, end)
  else {
    await recordFetchFailure(store, repository.id, fetched.failure, end)
    log.warn({ repository: repository.id, failure: fetched.failure }, 'fetch failed')
  }
  changed({ repository: repository.id })
  return fetched
}
