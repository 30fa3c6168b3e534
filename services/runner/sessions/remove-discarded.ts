import { join } from 'node:path'
import { removeTree } from '../../../lib/remove-tree.ts'
import type { RunnerContext } from '../context.ts'
import { namesIn } from '../names-in.ts'

/**
 * Removes what was moved away to be removed, and was not: its runner was killed meanwhile. Done beside all other work;
 * what cannot be removed, such as files of another user, is said and left, and holds up nobody. Never rejects.
 */
export async function removeDiscarded(
  { files, log }: Pick<RunnerContext, 'files' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  for (const name of await namesIn(files.discarded)) {
    if (signal.aborted) return
    try {
      await removeTree(join(files.discarded, name))
    } catch (error) {
      log.warn({ err: error, name }, 'what a session left could not be removed')
    }
  }
}
