import { toInstant } from '../../lib/clock.ts'
import { removeRepository } from '../store/repositories.ts'
import type { RepositoryRow } from '../store/schema.ts'
import { emptyPool } from '../store/worktrees.ts'
import type { RunnerContext } from './context.ts'
import { discardDirectory } from './discard-directory.ts'

/**
 * Removes a repository: its worktrees, its mirror, then the row, so that a removal cut short is done again. While there are
 * worktrees it waits: it is tried again when one has gone.
 */
export async function removeUnusedRepository(context: RunnerContext, { id }: RepositoryRow): Promise<void> {
  const { store, files, lease, mirrors, changed, clock } = context
  if ((await emptyPool(store, id, toInstant(clock.now()))) > 0) return
  await mirrors.alone(id, async () => {
    await discardDirectory(context, files.mirror(id), id)
    await removeRepository(store, id, lease.token)
  })
  changed({ repository: id })
}
