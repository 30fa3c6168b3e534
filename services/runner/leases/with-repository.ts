import { setTimeout as delay } from 'node:timers/promises'
import type { RepositoryId } from '../../contract/ids.ts'
import { lookUpRepository } from '../../store/repositories.ts'
import { freeRepository, takeRepository } from '../../store/runners.ts'
import type { RunnerContext } from '../context.ts'

const pauseMs = 50

/**
 * Does `work` on a repository's mirror, which runners of one host share, while no other runner does. Waits for its turn;
 * a runner that is gone holds up nobody. Within one runner it is no lock.
 */
export async function withRepository<T>(
  { store, lease }: Pick<RunnerContext, 'store' | 'lease'>,
  id: RepositoryId,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const { token } = lease
  while (!(await takeRepository(store, id, token))) {
    lease.require()
    if ((await lookUpRepository(store, id)) === undefined) throw new Error(`the repository ${id} is gone`)
    await delay(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
  try {
    return await work()
  } finally {
    await freeRepository(store, id, token)
  }
}
