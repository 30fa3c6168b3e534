import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../lib/clock.ts'
import { type RepositoryId, repositoryId } from '../../contract/ids.ts'
import { lookUpRepository } from '../../store/repositories.ts'
import { submodulesOfRepository } from '../../store/sessions.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { usedForMs } from '../fetch-schedule.ts'
import type { Mirrors } from '../git/mirrors.ts'
import type { Lease } from '../leases/lease.ts'
import { namesIn } from '../names-in.ts'

type Context = Pick<RunnerContext, 'store' | 'files'> & {
  readonly lease: Pick<Lease, 'require'>
  readonly mirrors: Pick<Mirrors, 'alone'>
}

/** How many mirrors a repository keeps that no session has: as many as one session may have. */
const mostUnused = 250

/** In milliseconds. What was used since, a session that is starting may be about to have. */
const dayMs = 86_400_000

/**
 * Removes mirrors of submodules that no session has, and none has had for a week, or for a day where there are too many; and
 * all of a repository that is gone. `clock`: what that is measured with.
 */
export async function keepSubmodules(
  context: Context,
  clock: Clock,
  signal: AbortSignal,
  most = mostUnused,
): Promise<void> {
  const { store, files } = context
  const bounds = { week: clock.now() - usedForMs, day: clock.now() - dayMs, most }
  // In this order: a repository is there before its directory.
  for (const name of await namesIn(files.submodules)) {
    signal.throwIfAborted()
    const id = repositoryId.schema.safeParse(name)
    if (id.success && (await lookUpRepository(store, id.data)) !== undefined)
      await removeUnused(context, id.data, bounds, signal)
    else await discardDirectory(context, join(files.submodules, name), 'submodules')
  }
}

/** Instants, and a number. */
type Bounds = { readonly week: number; readonly day: number; readonly most: number }

async function removeUnused(
  context: Context,
  id: RepositoryId,
  { week, day, most }: Bounds,
  signal: AbortSignal,
): Promise<void> {
  const unneeded = async () => {
    const unused = await unusedMirrors(context, id)
    return unused.filter(({ usedMs }, place) => usedMs < week || (usedMs < day && place >= most))
  }
  if ((await unneeded()).length === 0) return
  await context.mirrors.alone(id, async () => {
    for (const { directory } of await unneeded()) {
      signal.throwIfAborted()
      await discardDirectory(context, directory, id)
    }
  })
}

/** Those that no session has; the one used last first. */
async function unusedMirrors({ store, files }: Context, id: RepositoryId) {
  const names = await namesIn(files.submodulesOf(id))
  const used = new Set(
    (await submodulesOfRepository(store, id)).map(({ mirror }) => files.submodule(id, mirror)),
  )
  const unused = names
    .map(name => join(files.submodulesOf(id), name))
    .filter(directory => !used.has(directory))
  const dated = unused.map(async directory => {
    const usedMs = (await stat(directory).catch(() => undefined))?.mtimeMs
    // What was a draft may have its name by now.
    return usedMs === undefined ? [] : [{ directory, usedMs }]
  })
  return (await Promise.all(dated)).flat().sort((a, b) => b.usedMs - a.usedMs)
}
