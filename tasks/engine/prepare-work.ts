import { UserError } from '../../lib/user-error.ts'
import { isRemembered } from './freshness/is-remembered.ts'
import type { Judge } from './freshness/judge.ts'
import { Settlement } from './freshness/settlement.ts'
import { type Graph, nodeOf } from './graph.ts'
import { lastResult } from './memory/history.ts'
import { readResult } from './memory/results.ts'
import type { Plan } from './plan.ts'
import { Groups } from './running/groups.ts'
import { retryPlanOf } from './running/retry.ts'
import type { AnyTaskOptions, Task } from './task.ts'
import { millisecondsOf } from './time.ts'
import type { HostPlace, HostTask, HostTools } from './tools/check-host.ts'
import type { Workplace } from './workplace.ts'

export interface WorkSetting {
  readonly graph: Graph
  readonly plan: Plan
  /** What commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workplace: Workplace
  readonly force: boolean
  /** Aborted when the run is cancelled: tools are asked for nothing any more. */
  readonly signal?: AbortSignal
  /** False where nothing may be started, programs that tell their version included. Default true. */
  readonly asks?: boolean
}

export interface PreparedWork {
  readonly judge: Judge
  readonly settlement: Settlement
  /** By task, the tools whose versions are not known, for nobody asked. */
  readonly unasked: HostTools['unasked']
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
  signal,
  asks = true,
}: WorkSetting): Promise<PreparedWork> {
  const wanting: HostTask[] = []
  for (const { name } of plan.steps) {
    const { options } = nodeOf(graph, name).task
    checkTimes(name, options)
    const { tools, platform } = options
    if (tools !== undefined || platform !== undefined) wanting.push({ name, tools, platform })
  }
  new Groups(graph, plan) // which throws for limits that cannot be kept
  const at = { environment, remembered: workplace.remembered, cwd: workplace.root, signal, asks }
  const { versions, unasked } = wanting.length === 0 ? noTools : await toolsHere(wanting, at)
  const judge = workplace.judge({ graph, plan, environment, toolVersions: versions, force })
  const settlement = new Settlement({ graph, plan, judge, workplace, force })
  // What tasks declare as it was before was found to have no output in common then.
  if (settlement.hasNews) judge.refuseCollisions()
  return { judge, settlement, unasked }
}

const noTools: HostTools = { versions: new Map(), unasked: new Map() }

async function toolsHere(
  wanting: readonly HostTask[],
  at: Omit<HostPlace, 'platform' | 'arch'>,
): Promise<HostTools> {
  const { checkHost } = await import('./tools/check-host.ts')
  const { platform, arch } = process
  try {
    return await checkHost(wanting, { ...at, platform, arch })
  } catch (error) {
    if (at.signal?.aborted) return noTools
    throw error
  }
}

/** Throws a UserError that names the task for a time, or a number of retries, that is none. */
function checkTimes(name: string, options: AnyTaskOptions): void {
  const { timeout, heartbeat, ready } = options
  try {
    if (timeout !== undefined) millisecondsOf('timeout', timeout)
    if (heartbeat !== undefined) millisecondsOf('heartbeat', heartbeat)
    if (ready?.within !== undefined) millisecondsOf('ready.within', ready.within)
    retryPlanOf(options)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(`"${name}": ${error.message}`, { fix: error.fix, cause: error })
  }
}

/** Whether the tasks of a plan only look, so that a run of them leaves no trace. */
export function onlyLooks(graph: Graph, plan: Plan): boolean {
  return plan.steps.every(({ name }) => graph.get(name)?.task.options.onlyLooks === true)
}

/** With `--only`: the named tasks, and in front of them what hands them a result, which needs nothing itself. */
export function onlyTargets({ targets, steps }: Plan): Plan {
  const named = new Set(targets)
  const needed = new Set(
    steps.flatMap(({ name, needs }) => (named.has(name) ? needs.map(need => need.name) : [])),
  )
  return {
    targets,
    steps: steps
      .filter(({ name }) => named.has(name) || needed.has(name))
      .map(step => (named.has(step.name) ? step : { ...step, needs: [] })),
  }
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
  const handed = new Map<string, { readonly result: unknown }>()
  const missing: string[] = []
  for (const { name } of plan.steps) {
    if (named.has(name)) continue
    const task: Task | undefined = graph.get(name)?.task
    const bytes = task !== undefined && isRemembered(task) ? memory.result(name) : lastResult(memory, name)
    if (bytes !== undefined) handed.set(name, { result: readResult(bytes) })
    else missing.push(name)
  }
  if (missing.length === 0) return handed
  throw new UserError(`--only: no result is known of ${missing.join(', ')}`, {
    fix: 'run once without --only',
  })
}
