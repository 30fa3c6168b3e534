import { removeRepository } from '../store/repositories.ts'
import type { RepositoryRow } from '../store/schema.ts'
import type { RunnerContext } from './context.ts'
import { discardDirectory } from './discard-directory.ts'

/** Removes a repository: its mirror first, then the row, so that a removal cut short is done again. */
export async function removeUnusedRepository(context: RunnerContext, { id }: RepositoryRow): Promise<void> {
  const { store, files, lease, mirrors, changed } = context
  await mirrors.alone(id, async () => {
    await discardDirectory(context, files.mirror(id), id)
    await removeRepository(store, id, lease.token)
  })
  changed({ repository: id })
}
