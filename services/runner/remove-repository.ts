import { removeRepository } from '../store/repositories.ts'
import type { RepositoryRow } from '../store/schema.ts'
import type { RunnerContext } from './context.ts'
import { discardDirectory } from './discard-directory.ts'

/** Removes a repository: its mirror and those of its submodules first, then the row, so that a removal cut short is done again. */
export async function removeUnusedRepository(context: RunnerContext, { id }: RepositoryRow): Promise<void> {
  const { store, files, lease, mirrors, changed } = context
  await mirrors.alone(id, async () => {
    for (const directory of [files.mirror(id), files.submodulesOf(id)])
      await discardDirectory(context, directory, id)
    await removeRepository(store, id, lease.token)
  })
  changed({ repository: id })
}
