import { availableParallelism } from 'node:os'
import { processStart } from '../../lib/monotonic.ts'
import { outputOf } from '../../lib/outputs.ts'
import { noFlags } from '../engine/options.ts'
import { conditionsOf } from '../engine/unchanged/kept-runs.ts'
import { readKnown } from '../engine/unchanged/known-runs.ts'
import { Workplace } from '../engine/workplace.ts'
import { createStyle, wantsColor } from '../reporters/style.ts'
import { programStamp } from './program-stamp.ts'

/**
 * Runs what an earlier run with the same words consisted of, where that is known and nothing of what declares it has changed,
 * and ends the process. Otherwise it returns, and the Taskfile tells.
 */
export async function runKnown(taskfile: string, words: readonly string[]): Promise<void> {
  const start = processStart()
  const program = programStamp(start)
  if (program === undefined) return
  const conditions = conditionsOf({ taskfile, words, program, process })
  const known = readKnown({ kind: 'graphs', taskfile, words }, conditions)
  if (known === undefined) return
  const { commandsOf } = await import('./run-named.ts')
  const { runTasks } = await import('./run-tasks.ts')
  const { maskerOf, oneRun } = await import('./one-run.ts')
  const { graph, plan, taskfiles, flags } = known
  const setting = {
    ...{ graph, plan, taskfiles, words, isKnown: true, environment: {} },
    workplace: new Workplace({ taskfile, now: Date.now, processStart: start }),
    flags: { ...noFlags, ...flags },
    jobs: flags.jobs ?? availableParallelism(),
    style: createStyle(flags.color && wantsColor(process.env, outputOf('stderr'))),
    commandFor: await commandsOf({ graph, plan, taskfile: undefined, environment: {} }),
  }
  await runTasks(maskerOf(graph, plan), edge => oneRun(setting, edge))
}
