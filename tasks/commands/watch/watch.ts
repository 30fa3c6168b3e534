import { processStart } from '../../../lib/monotonic.ts'
import { Sentinel } from '../../../lib/processes/sentinel.ts'
import { Termination } from '../../../lib/processes/termination.ts'
import { exitCode } from '../exit-code.ts'
import { maskerOf, type Setting } from '../one-run.ts'
import { Strays } from '../strays.ts'
import { restart } from './restart.ts'
import { WatchSession } from './watch-session.ts'

export interface WatchSetting {
  readonly first: Setting
  /** Plans anew. */
  readonly again: () => Promise<Setting>
  /** The Taskfile and those that it mounts. */
  readonly taskfiles: readonly string[]
  readonly restarts: number | undefined
}

/**
 * Runs a plan again whenever what its tasks come from has changed, until this process is asked to end; then it ends with
 * the code of the signal. Where the Taskfile itself has changed, this program is put in its own place and loads it anew.
 * Throws a UserError for what stands in the way of the first run.
 */
export async function watch({ again, taskfiles, restarts, ...setting }: WatchSetting): Promise<never> {
  const environment = { ...process.env }
  const cwd = process.cwd()
  const withEnvironment = (setting: Setting): Setting => {
    Object.assign(process.env, setting.environment)
    return setting
  }
  const first = withEnvironment(setting.first)
  const masker = maskerOf(first.graph, first.plan)
  using termination = new Termination()
  await using sentinel = new Sentinel()
  using strays = new Strays(termination, masker)
  const session = new WatchSession({
    first,
    masker,
    again: async () => {
      // Parameters may come from variables, which those of the run before must not be.
      for (const name of Object.keys(first.environment)) delete process.env[name]
      Object.assign(process.env, environment)
      return withEnvironment(await again())
    },
    taskfiles,
    termination,
    sentinel,
    loadedAt: processStart(),
    restarts,
  })
  const end = await session.run()
  await sentinel[Symbol.asyncDispose]()
  if (strays.tell()) process.exit(1)
  if (end.kind === 'restart') restart({ environment, cwd, restarts: end.restarts })
  process.exit(exitCode('cancelled', termination.signal.reason))
}
