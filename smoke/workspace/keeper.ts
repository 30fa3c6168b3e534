import { join } from 'node:path'
import { Sentinel } from '../../lib/processes/sentinel.ts'

/**
 * A process beside the harness that does what is left to do where that is killed outright: it ends the processes that bear the
 * run's mark, and removes the workspace, or where that is to be kept the secrets in it, unless it is another run's by then.
 */
export function startKeeper(
  workspace: string,
  { mark, keep }: { readonly mark: string; readonly keep: boolean },
): AsyncDisposable {
  const keeper = new Sentinel({
    program: join(import.meta.dirname, 'keeper-main.ts'),
    words: [workspace, mark, keep ? 'keep' : 'remove'],
  })
  keeper.watch()
  return keeper
}
