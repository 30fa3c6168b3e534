import { join } from 'node:path'
import { processStart } from '../../lib/monotonic.ts'
import type { Judge } from '../engine/freshness/judge.ts'
import type { Graph } from '../engine/graph.ts'
import type { Flags } from '../engine/options.ts'
import type { Plan } from '../engine/plan.ts'
import type { TaskState } from '../engine/state.ts'
import { conditionsOf, forgetRuns, keepRun } from '../engine/unchanged/kept-runs.ts'
import type { Workplace } from '../engine/workplace.ts'
import { programStamp } from './program-stamp.ts'

/** After a run that found everything up to date: lets the next one with these words find that out without a plan. */
export async function keepUnchanged(
  { graph, plan, workplace, taskfiles, flags, words, resumed }: Asked,
  { judge, environment, states }: Finished,
): Promise<void> {
  const { root, memory } = workplace
  const taskfile = join(root, memory.taskfile)
  // Where the memory was begun anew, it counts from the beginning again.
  if (memory.isWriting && memory.changes?.own !== 0) forgetRuns(taskfile)
  // Which Taskfile is meant has to be clear without reading the words.
  if (flags.taskfile !== undefined || resumed !== undefined || !memory.isWriting) return
  if (flags.force || flags.only || flags.summary || flags.trace !== undefined) return
  if (flags.reporters.length > 0 || ![...states.values()].every(isUpToDate)) return
  const loadedAt = processStart()
  const program = programStamp(loadedAt)
  if (program === undefined) return
  const conditions = conditionsOf({ taskfile, words, program, process })
  const { color } = flags
  const { describeRun } = await import('../engine/unchanged/describe-run.ts')
  const kept = describeRun({
    ...{ graph, plan, judge, workplace, words, taskfiles, loadedAt, environment, conditions, color },
  })
  if (kept !== undefined) keepRun({ taskfile, words }, kept)
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
