import { readTargets } from '../../../tasks/engine/command-line.ts'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { type Graph, resolveGraph } from '../../../tasks/engine/graph.ts'
import { noFlags } from '../../../tasks/engine/options.ts'
import { ParamReader, type ParamSource } from '../../../tasks/engine/params/param-reader.ts'
import { meantTargets, withParams } from '../../../tasks/engine/params/plan-params.ts'
import { makePlan, type Plan } from '../../../tasks/engine/plan.ts'
import { runPlan } from '../../../tasks/engine/run-plan.ts'
import type { RunOptions, RunResult } from '../../../tasks/engine/running/run-options.ts'
import type { Task } from '../../../tasks/engine/task.ts'
import { readTaskfile } from '../../../tasks/engine/taskfile.ts'

export interface Ran {
  readonly result: RunResult
  readonly plan: Plan
  readonly events: readonly EngineEvent[]
  /** `type name`, in order. */
  readonly story: readonly string[]
}

type Options = Partial<Omit<RunOptions, 'graph' | 'plan' | 'emit'>> & {
  readonly onEvent?: (event: EngineEvent) => void
}

/** Plans and runs tasks as the command line would, and keeps what the engine told. */
export async function run(
  tasks: Readonly<Record<string, Task>>,
  command: readonly string[],
  { onEvent, ...options }: Options = {},
): Promise<Ran> {
  const graph = resolveGraph(readTaskfile('Taskfile.ts', tasks))
  const plan = await planOf(graph, command, { environment: options.environment ?? process.env })
  const events: EngineEvent[] = []
  const result = await runPlan({
    graph,
    plan,
    jobs: 4,
    root: process.cwd(),
    environment: process.env,
    now: Date.now,
    graceMs: 500,
    ...options,
    emit: event => {
      events.push(event)
      onEvent?.(event)
    },
  })
  return { result, plan, events, story: events.map(storyLine) }
}

/** Plans the words of a command line, with all parameters read. */
export async function planOf(
  graph: Graph,
  words: readonly string[],
  source: Partial<ParamSource> = {},
): Promise<Plan> {
  const reader = new ParamReader({ environment: {}, cwd: '/', ...source })
  const { targets } = await readTargets({ flags: noFlags, rest: words }, async name => {
    const node = graph.get(name)
    return node === undefined ? [] : reader.declarations(node)
  })
  return withParams(graph, makePlan(graph, await meantTargets(graph, targets, reader)), reader)
}

function storyLine(event: EngineEvent): string {
  return 'name' in event ? `${event.type} ${event.name}` : event.type
}

/** The lines that a task logged. */
export function logOf({ events }: Pick<Ran, 'events'>, name: string): string[] {
  return events.flatMap(event => (event.type === 'task-log' && event.name === name ? [event.line] : []))
}
