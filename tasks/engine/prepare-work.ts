import { UserError } from '../../lib/user-error.ts'
import { isRemembered, type Judge } from './freshness/judge.ts'
import type { Graph } from './graph.ts'
import { lastResult } from './memory/history.ts'
import { readResult } from './memory/results.ts'
import type { Plan } from './plan.ts'
import type { Task } from './task.ts'
import type { ToolVersions } from './tools/check-host.ts'
import type { Workplace } from './workplace.ts'

export interface WorkSetting {
  readonly graph: Graph
  readonly plan: Plan
  /** What commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workplace: Workplace
  readonly force: boolean
}

/**
 * What is to be known before a plan is judged or run: that this host has what its tasks want, and what earlier runs left
 * of them. Throws a UserError for all that is missing, and for two tasks that make the same file.
 */
export async function prepareWork({
  graph,
  plan,
  environment,
  workplace,
  force,
}: WorkSetting): Promise<Judge> {
  const tasks = plan.steps.flatMap(({ name }) => {
    const task = graph.get(name)?.task
    return task === undefined ? [] : [{ name, ...task.options }]
  })
  const wanting = tasks.filter(({ tools, platform }) => tools !== undefined || platform !== undefined)
  const toolVersions: ToolVersions =
    wanting.length === 0
      ? new Map()
      : await (await import('./tools/check-host.ts')).checkHost(wanting, {
          environment,
          platform: process.platform,
          arch: process.arch,
          remembered: workplace.remembered,
          cwd: workplace.root,
        })
  return workplace.judge({ graph, plan, environment, toolVersions, force })
}

/** Whether the tasks of a plan only look, so that a run of them leaves no trace. */
export function onlyLooks(graph: Graph, plan: Plan): boolean {
  return plan.steps.every(({ name }) => graph.get(name)?.task.options.onlyLooks === true)
}

/**
 * With `--only`, the results of what was not named, from earlier runs. Throws a UserError for one that is not known.
 */
export function handedResults(
  graph: Graph,
  plan: Plan,
  { memory }: Workplace,
): ReadonlyMap<string, { readonly result: unknown }> {
  const named = new Set(plan.targets)
  const needed = new Set(
    plan.steps.filter(({ name }) => named.has(name)).flatMap(({ needs }) => needs.map(({ name }) => name)),
  )
  const handed = new Map<string, { readonly result: unknown }>()
  const missing: string[] = []
  for (const { name } of plan.steps) {
    if (named.has(name)) continue
    const task: Task | undefined = graph.get(name)?.task
    const bytes = task !== undefined && isRemembered(task) ? memory.result(name) : lastResult(memory, name)
    if (bytes !== undefined) handed.set(name, { result: readResult(bytes) })
    else if (needed.has(name)) missing.push(name)
    // What only a need needs is not asked for.
    else handed.set(name, { result: undefined })
  }
  if (missing.length === 0) return handed
  throw new UserError(`--only: no result is known of ${missing.join(', ')}`, {
    fix: 'run once without --only',
  })
}
