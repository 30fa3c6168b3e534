import { readArguments } from '../../../tasks/engine/arguments.ts'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { resolveGraph } from '../../../tasks/engine/graph.ts'
import { makePlan, type Plan } from '../../../tasks/engine/plan.ts'
import { type RunOptions, type RunResult, runPlan } from '../../../tasks/engine/run-plan.ts'
import type { Task } from '../../../tasks/engine/task.ts'
import { readTaskfile } from '../../../tasks/engine/taskfile.ts'

export interface Ran {
  readonly result: RunResult
  readonly plan: Plan
  readonly events: readonly EngineEvent[]
  /** `type name`, in order. */
  readonly story: readonly string[]
}

type Options = Partial<Omit<RunOptions, 'graph' | 'plan' | 'args' | 'emit'>> & {
  readonly onEvent?: (event: EngineEvent) => void
}

/** Plans and runs tasks as the command line would, and keeps what the engine told. */
export async function run(
  tasks: Readonly<Record<string, Task>>,
  command: readonly string[],
  { onEvent, ...options }: Options = {},
): Promise<Ran> {
  const graph = resolveGraph(readTaskfile('Taskfile.ts', tasks))
  const [name = '', ...args] = command
  const withArguments = graph.get(name)?.task.args !== undefined
  const plan = makePlan(graph, withArguments ? [{ name, args }] : command.map(name => ({ name, args: [] })))
  const events: EngineEvent[] = []
  const result = await runPlan({
    graph,
    plan,
    args: readArguments(graph, plan),
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

function storyLine(event: EngineEvent): string {
  return 'name' in event ? `${event.type} ${event.name}` : event.type
}

/** The lines that a task logged. */
export function logOf({ events }: Pick<Ran, 'events'>, name: string): string[] {
  return events.flatMap(event => (event.type === 'task-log' && event.name === name ? [event.line] : []))
}
