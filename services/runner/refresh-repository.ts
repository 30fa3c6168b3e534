import { toInstant } from '../../lib/clock.ts'
import { recordFetch, recordFetchFailure } from '../store/repositories.ts'
import type { RepositoryRow } from '../store/schema.ts'
import type { RunnerContext } from './context.ts'
import type { Fetched } from './git/mirrors.ts'

/** Brings a repository's mirror to what its remote has had since `since`, and records how that went. */
export async function refreshRepository(
  context: RunnerContext,
  repository: RepositoryRow,
  since: number,
): Promise<Fetched> {
  const { store, clock, mirrors, changed, log, metrics } = context
  // The token under which it was fetched, not a later one of this runner's.
  const by = context.lease.token
  const began = performance.now()
  const fetched = await mirrors.refresh(repository, since)
  metrics.fetched(fetched.ok ? 'done' : 'failed', performance.now() - began)
  if (fetched.ok)
    await recordFetch(
      store,
      repository.id,
      { default_branch: fetched.default_branch, now: toInstant(clock.now()) },
      by,
    )
  else {
    await recordFetchFailure(store, repository.id, fetched.failure, by)
    log.warn({ repository: repository.id, failure: fetched.failure }, 'fetch failed')
  }
  changed({ repository: repository.id })
  return fetched
}
