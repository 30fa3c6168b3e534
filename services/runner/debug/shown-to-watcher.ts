import { actor } from './control/acting.ts'
import { Refusal } from './refusal.ts'
import type { WorktreePaths } from './worktree-paths.ts'

/**
 * Refuses a file that somebody asks for by a name of their own, where they only watch and it is not of the worktree: what the
 * session's programs could read is its owner's, and of who may have them run. `path`: absolute.
 */
export async function refuseUnlessShown(named: string, path: string, paths: WorktreePaths): Promise<void> {
  if (actor()?.role !== 'watch' || (await paths.holds(path))) return
  throw new Refusal(
    'debugger_refused',
    `${named}: who watches is shown files of the worktree, and those where frames stand`,
  )
}
