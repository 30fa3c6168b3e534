import { join } from 'node:path'
import { Sentinel } from '../../lib/processes/sentinel.ts'

/**
 * A process beside the harness that does what is left to do where that is killed outright: it ends the run's processes, and
 * removes the workspace unless it is to be kept.
 */
export function startKeeper(workspace: string, { keep }: { keep: boolean }): AsyncDisposable {
  const keeper = new Sentinel({
    program: join(import.meta.dirname, 'keeper-main.ts'),
    words: [workspace, keep ? 'keep' : 'remove'],
  })
  keeper.watch()
  return keeper
}
