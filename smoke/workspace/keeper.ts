import { join } from 'node:path'
import { Sentinel } from '../../lib/processes/sentinel.ts'

type Kept = {
  readonly run: string
  readonly mark: string
  readonly keep: boolean
  readonly evidence: string
}

/**
 * A process beside the harness that does what is left to do where that is killed outright: it ends the processes that bear the
 * run's mark, and who is in its control group, writes what can be told of the run below `evidence`, and removes the workspace, or where that is to be kept the secrets in it, unless it is another run's by then.
 */
export function startKeeper(workspace: string, { run, mark, keep, evidence }: Kept): Sentinel {
  const keeper = new Sentinel({
    program: join(import.meta.dirname, 'keeper-main.ts'),
    words: [workspace, run, mark, keep ? 'keep' : 'remove', evidence],
  })
  keeper.watch()
  return keeper
}
