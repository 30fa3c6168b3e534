import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../lib/clock.ts'
import { type RepositoryId, repositoryId } from '../../contract/ids.ts'
import { lookUpRepository } from '../../store/repositories.ts'
import { submodulesOfRepository } from '../../store/sessions.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { usedForMs } from '../fetch-schedule.ts'
import { namesIn } from '../names-in.ts'

type Context = Pick<RunnerContext, 'store' | 'files' | 'lease' | 'mirrors'>

/**
 * Removes mirrors of submodules that no session has, and none has had for a week; and all of a repository that is gone.
 * `clock`: what that is measured with.
 */
export async function keepSubmodules(context: Context, clock: Clock, signal: AbortSignal): Promise<void> {
  const { store, files } = context
  // In this order: a repository is there before its directory.
  for (const name of await namesIn(files.submodules)) {
    signal.throwIfAborted()
    const id = repositoryId.schema.safeParse(name)
    if (id.success && (await lookUpRepository(store, id.data)) !== undefined)
      await removeUnused(context, id.data, clock, signal)
    else await discardDirectory(context, join(files.submodules, name), 'submodules')
  }
}

async function removeUnused(
  context: Context,
  id: RepositoryId,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { store, files, mirrors } = context
  const before = clock.now() - usedForMs
  const isOld = async (directory: string) => (await stat(directory)).mtimeMs < before
  const old: string[] = []
  for (const name of await namesIn(files.submodulesOf(id))) {
    const directory = join(files.submodulesOf(id), name)
    if (await isOld(directory)) old.push(directory)
  }
  if (old.length === 0) return
  await mirrors.alone(id, async () => {
    const used = new Set(
      (await submodulesOfRepository(store, id)).map(({ mirror }) => files.submodule(id, mirror)),
    )
    for (const directory of old.filter(one => !used.has(one))) {
      signal.throwIfAborted()
      if (await isOld(directory)) await discardDirectory(context, directory, id)
    }
  })
}
