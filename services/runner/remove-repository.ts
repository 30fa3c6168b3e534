import { setTimeout as delay } from 'node:timers/promises'
import { toInstant } from '../../lib/clock.ts'
import { removeRepository } from '../store/repositories.ts'
import type { RepositoryRow } from '../store/schema.ts'
import { emptyPool } from '../store/worktrees.ts'
import type { RunnerContext } from './context.ts'
import { discardDirectory } from './discard-directory.ts'

const pauseMs = 200

/**
 * Removes a repository: its mirror, then the row, so that a removal cut short is done again. It waits until its worktrees
 * have gone, which may be in the hands of another runner.
 */
export async function removeUnusedRepository(
  context: RunnerContext,
  { id }: RepositoryRow,
  signal: AbortSignal,
): Promise<void> {
  const { store, files, lease, mirrors, changed, clock } = context
  while ((await emptyPool(store, id, toInstant(clock.now()))) > 0) await delay(pauseMs, undefined, { signal })
  await mirrors.alone(id, async () => {
    await discardDirectory(context, files.mirror(id), id)
    await removeRepository(store, id, lease.token)
  })
  changed({ repository: id })
}
