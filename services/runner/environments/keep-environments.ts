import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  environmentsToEvict,
  removeEnvironment,
  setEnvironmentBytes,
  unfinishedEnvironments,
} from '../../store/environment-keeping.ts'
import { evictEnvironment } from '../../store/environment-transitions.ts'
import type { RunnerContext } from '../context.ts'
import { directoryBytes } from '../directory-bytes.ts'
import { discardDirectory } from '../discard-directory.ts'
import { namesIn } from '../names-in.ts'
import { settleBuild } from './settle-build.ts'

/**
 * Does what environments need that nobody waits for: ends builds whose sessions are gone, measures what is ready, takes out
 * of use what is too much, and removes what is of no use. Files first, then the row, so that what is cut short is done
 * again. Of several runners each may do it: an id is given once, and what is on its way out never comes back.
 */
export async function keepEnvironments(context: RunnerContext, signal: AbortSignal): Promise<void> {
  const { store, files, environments } = context
  // Directories before rows: one without a row had one that is gone.
  const directories = await namesIn(files.environments)
  const rows = await unfinishedEnvironments(store)
  for (const name of directories)
    if (!rows.ids.has(name)) await discardDirectory(context, join(files.environments, name), name)
  for (const row of rows.building) await settleBuild(context, row)
  for (const { id } of rows.ready) {
    signal.throwIfAborted()
    await setEnvironmentBytes(store, id, await directoryBytes(files.environment(id), signal))
  }
  for (const id of await environmentsToEvict(store, environments)) await evictEnvironment(store, id)
  for (const { id, status } of rows.over) {
    signal.throwIfAborted()
    if (existsSync(files.environment(id))) await discardDirectory(context, files.environment(id), id)
    if (status === 'evicted') await removeEnvironment(store, id)
  }
}
