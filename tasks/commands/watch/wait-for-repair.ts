import { dirname, relative } from 'node:path'
import { processStart } from '../../../lib/monotonic.ts'
import { outputOf } from '../../../lib/outputs.ts'
import { Termination } from '../../../lib/processes/termination.ts'
import type { UserError } from '../../../lib/user-error.ts'
import { FileWatch } from '../../engine/watching/file-watch.ts'
import { WantedPaths } from '../../engine/watching/wanted-paths.ts'
import { Workplace } from '../../engine/workplace.ts'
import { exitCode } from '../exit-code.ts'
import { restart } from './restart.ts'
import { changedText } from './watch-text.ts'

export interface Repair {
  /** Why there is nothing to run. */
  readonly error: UserError
  readonly path: string
  /** Of those that were read. */
  readonly taskfiles: readonly string[]
}

/**
 * While a watch goes on its Taskfile may be broken for a while. Says why, and loads it anew at the next change of what it
 * consists of. Ends the process with the code of a signal.
 */
export async function waitForRepair({ error, path, taskfiles }: Repair): Promise<never> {
  const environment = { ...process.env }
  outputOf('stderr').write(`${error.toText()}\n`)
  using termination = new Termination()
  const changed = Promise.withResolvers<readonly string[]>()
  const root = dirname(path)
  const files = await FileWatch.start({
    root,
    wanted: new WantedPaths(new Map(), sourcesOf(path, taskfiles)),
    now: Date.now,
    changed: changes => changed.resolve(changes.map(({ path }) => path)),
    failed: changed.reject,
  })
  const missed = files.changedSince(processStart())
  if (missed.length === 0) outputOf('stderr').write('waiting for a change of the Taskfile; Ctrl+C ends\n')
  else changed.resolve(missed.map(({ path }) => path))
  const ended = Promise.withResolvers<undefined>()
  termination.signal.addEventListener('abort', () => ended.resolve(undefined))
  const paths = await Promise.race([changed.promise, ended.promise])
  await files.close()
  if (paths === undefined) process.exit(exitCode('cancelled', termination.signal.reason))
  outputOf('stderr').write(`${changedText(paths)}\n`)
  restart({ environment, cwd: process.cwd(), restarts: 0 })
}

function sourcesOf(taskfile: string, taskfiles: readonly string[]): readonly string[] {
  using workplace = new Workplace({ taskfile, now: Date.now, processStart: processStart() })
  return workplace.sources
    .filesOf([...new Set([taskfile, ...taskfiles])])
    .filter(({ path }) => !path.includes('/node_modules/'))
    .map(({ path }) => relative(workplace.root, path))
}
