import { join } from 'node:path'
import { processStart } from '../../lib/monotonic.ts'
import type { Judge } from '../engine/freshness/judge.ts'
import type { Graph } from '../engine/graph.ts'
import type { Flags } from '../engine/options.ts'
import type { Plan } from '../engine/plan.ts'
import type { TaskState } from '../engine/state.ts'
import { conditionsOf, forgetRuns, keepRun } from '../engine/unchanged/kept-runs.ts'
import { keepKnown, readKnown } from '../engine/unchanged/known-runs.ts'
import type { Workplace } from '../engine/workplace.ts'
import { programStamp } from './program-stamp.ts'

/**
 * Lets the next run with these words find out without a plan, and without the Taskfile, what there is to do: nothing, after
 * one that found everything up to date, or the same commands again.
 */
export async function keepAhead(asked: Asked, { judge, environment, states }: Finished): Promise<void> {
  const { graph, plan, workplace, taskfiles, flags, words, resumed, isKnown } = asked
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
  const [commands, graphs] = [{ ...place, kind: 'commands' } as const, { ...place, kind: 'graphs' } as const]
  if (readKnown(commands, conditions) !== undefined) return
  const { color, jobs, keepGoing } = flags
  const run = { graph, plan, workplace, words, taskfiles, loadedAt, conditions }
  const known = { ...run, flags: { color, jobs, keepGoing } }
  if ([...states.values()].every(isUpToDate)) {
    const { describeRun } = await import('../engine/unchanged/describe-run.ts')
    const kept = describeRun({ ...run, judge, environment, color })
    if (kept !== undefined) keepRun(place, kept)
  }
  // Where there are commands, those are looked for first, each time.
  const { describeKnown } = await import('../engine/unchanged/describe-known.ts')
  const onlyCommands = isKnown ? undefined : describeKnown('commands', known)
  keepKnown(commands, onlyCommands)
  const others = [...states.values()].filter(state => !isUpToDate(state)).length
  if (!isKnown && onlyCommands === undefined && others <= most)
    keepKnown(graphs, describeKnown('graphs', known))
}

/** Where more than this many tasks had to be made, the next run describes the graph: this one holds much in memory by now. */
const most = 50

/** As a run was asked for. */
interface Asked {
  readonly graph: Graph
  readonly plan: Plan
  readonly workplace: Workplace
  readonly taskfiles: readonly string[]
  readonly flags: Flags
  readonly words: readonly string[]
  readonly resumed?: unknown
  /** The graph is what was kept by an earlier run. */
  readonly isKnown?: boolean
}

interface Finished {
  readonly judge: Judge
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly states: ReadonlyMap<string, TaskState>
}

const isUpToDate = (state: TaskState): boolean => state.kind === 'succeeded' && state.how === 'up-to-date'
