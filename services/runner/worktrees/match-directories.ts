import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toInstant } from '../../../lib/clock.ts'
import { worktreeId } from '../../contract/ids.ts'
import { allWorktrees, moveWorktree } from '../../store/worktrees.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { namesIn } from '../names-in.ts'

/**
 * Brings rows and directories of the pool together, after whatever was killed or restored: a directory that no row knows
 * is discarded; a worktree whose files or session are gone is removed.
 */
export async function matchDirectories(
  context: Pick<RunnerContext, 'store' | 'files' | 'lease' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const { store, files, clock, log } = context
  // In this order: a row is there before its directory, and as long.
  const names = await namesIn(files.worktrees)
  const rows = await allWorktrees(store)
  const known = new Set<string>(rows.map(({ id }) => id))
  for (const name of names.filter(name => !known.has(name))) {
    signal.throwIfAborted()
    log.warn({ name }, 'a worktree that nobody knows of is removed')
    await discardDirectory(context, join(files.worktrees, name), nameOf(name))
  }
  for (const { id, status, session_id } of rows) {
    signal.throwIfAborted()
    const lost =
      (status === 'warm' && !existsSync(files.checkout(id))) || (status === 'leased' && session_id === null)
    // Refused where a session has got it since.
    if (lost) await moveWorktree(store, id, { from: status, to: 'removing' }, { now: toInstant(clock.now()) })
  }
}

/** A name to discard it under: as it is only if it is one of ours. */
const nameOf = (name: string): string => (worktreeId.schema.safeParse(name).success ? name : 'worktree')
