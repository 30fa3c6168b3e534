import { join } from 'node:path'
import { processStart } from '../../lib/monotonic.ts'
import type { Judge } from '../engine/freshness/judge.ts'
import type { Graph } from '../engine/graph.ts'
import type { Flags } from '../engine/options.ts'
import type { Plan } from '../engine/plan.ts'
import type { TaskState } from '../engine/state.ts'
import { conditionsOf, forgetRuns, keepRun } from '../engine/unchanged/kept-runs.ts'
import { keepKnownCommands, readKnownCommands } from '../engine/unchanged/known-commands.ts'
import type { Workplace } from '../engine/workplace.ts'
import { programStamp } from './program-stamp.ts'

/**
 * Lets the next run with these words find out without a plan, and without the Taskfile, what there is to do: nothing, after
 * one that found everything up to date, or the same commands again.
 */
export async function keepAhead(asked: Asked, { judge, environment, states }: Finished): Promise<void> {
  const { graph, plan, workplace, taskfiles, flags, words, resumed } = asked
  const { root, memory } = workplace
  const taskfile = join(root, memory.taskfile)
  // Where the memory was begun anew, it counts from the beginning again.
  if (memory.isWriting && memory.changes?.own !== 0) forgetRuns(taskfile)
  // Which Taskfile is meant has to be clear without reading the words.
  if (flags.taskfile !== undefined || resumed !== undefined || !memory.isWriting) return
  if (flags.force || flags.only || flags.summary || flags.trace !== undefined) return
  if (flags.reporters.length > 0) return
  const loadedAt = processStart()
  const program = programStamp(loadedAt)
  if (program === undefined) return
  const conditions = conditionsOf({ taskfile, words, program, process })
  const place = { taskfile, words }
  if (readKnownCommands(place, conditions) !== undefined) return
  const run = { graph, plan, workplace, words, taskfiles, loadedAt, conditions }
  const runsCommands = plan.steps.every(({ name }) => Array.isArray(graph.get(name)?.task.options.run))
  if ([...states.values()].every(isUpToDate)) {
    const { describeRun } = await import('../engine/unchanged/describe-run.ts')
    const kept = describeRun({ ...run, judge, environment, color: flags.color })
    if (kept !== undefined) keepRun(place, kept)
    // Commands would be looked for first, each time.
    keepKnownCommands(place, undefined)
  } else if (runsCommands) {
    const { describeCommands } = await import('../engine/unchanged/describe-commands.ts')
    const { color, jobs, keepGoing } = flags
    keepKnownCommands(place, describeCommands({ ...run, flags: { color, jobs, keepGoing } }))
  } else keepKnownCommands(place, undefined)
}

/** As a run was asked for. */
interface Asked {
  readonly graph: Graph
  readonly plan: Plan
  readonly workplace: Workplace
  readonly taskfiles: readonly string[]
  readonly flags: Flags
  readonly words: readonly string[]
  readonly resumed?: unknown
}

interface Finished {
  readonly judge: Judge
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly states: ReadonlyMap<string, TaskState>
}

const isUpToDate = (state: TaskState): boolean => state.kind === 'succeeded' && state.how === 'up-to-date'
