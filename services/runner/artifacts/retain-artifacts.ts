import { rm } from 'node:fs/promises'
import { type Clock, toInstant } from '../../../lib/clock.ts'
import { artifactsToDrop, removeArtifact } from '../../store/artifacts.ts'
import type { RunnerContext } from '../context.ts'

const dayMs = 86_400_000
/** So many at a time, so that none is long in hand. */
const batch = 100

/**
 * Removes artifacts that are too old, and the oldest ones where all together are too large. The file first, then the row,
 * so that a removal cut short is done again. Of several runners each may do it.
 */
export async function retainArtifacts(
  { store, files, lease, artifacts: limits }: RunnerContext,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const before = limits.retainDays === 0 ? undefined : toInstant(clock.now() - limits.retainDays * dayMs)
  const bytes = limits.totalBytes === 0 ? undefined : limits.totalBytes
  for (;;) {
    const drop = await artifactsToDrop(store, { before, bytes, most: batch })
    if (drop.length === 0) return
    for (const row of drop) {
      signal.throwIfAborted()
      await removeArtifact(store, row, async () => {
        lease.require()
        await rm(files.artifact(row.session_id, row.command_id, row.sha256), { force: true })
      })
    }
  }
}
