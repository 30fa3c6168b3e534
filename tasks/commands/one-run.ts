import { isRemembered } from '../engine/freshness/is-remembered.ts'
import type { Graph } from '../engine/graph.ts'
import type { Flags } from '../engine/options.ts'
import { orderPlan } from '../engine/order-steps.ts'
import type { Plan } from '../engine/plan.ts'
import { handedResults, onlyLooks, onlyTargets, prepareWork } from '../engine/prepare-work.ts'
import type { Watching } from '../engine/running/watching.ts'
import { maskDeep, maskError } from '../engine/secrets/mask-values.ts'
import { Masker } from '../engine/secrets/masker.ts'
import { secretsOf } from '../engine/secrets/secrets-of.ts'
import type { Workplace } from '../engine/workplace.ts'
import type { Style } from '../reporters/style.ts'
import { keepAhead } from './keep-ahead.ts'
import { type Edge, type RunEnd, recordedRun } from './recorded-run.ts'

export interface Setting {
  readonly graph: Graph
  readonly plan: Plan
  readonly workplace: Workplace
  readonly flags: Flags
  /** The paths of all Taskfiles that were read. */
  readonly taskfiles: readonly string[]
  readonly jobs: number
  /** What the command line adds to this process's environment, where tasks and the commands they start find it. */
  readonly environment: Readonly<Record<string, string>>
  /** As typed after `task`, for the history. */
  readonly words: readonly string[]
  /** Results that an earlier run left, which this one resumes. */
  readonly resumed?: ReadonlyMap<string, { readonly result: unknown }>
  /** The graph is known from an earlier run: see `keepAhead`. */
  readonly isKnown?: boolean
  readonly style: Style
  readonly commandFor: (name: string) => string
}

/**
 * Runs a plan once, with its reporters and its place in the history. Throws a UserError for what stands in the way of the
 * run, before anything has run. The variables of the setting are in the environment of this process by then.
 */
export async function oneRun(
  setting: Setting,
  edge: Edge & { readonly watching?: Watching },
): Promise<RunEnd> {
  const { graph, workplace, flags, jobs, words, style, commandFor } = setting
  const { masker, watching, termination } = edge
  const { root, memory } = workplace
  const chosen = flags.only ? onlyTargets(setting.plan) : setting.plan
  // Reading all of it from the process takes 0.1 ms, for each command.
  const environment = { ...process.env }
  const { force } = flags
  const { signal } = termination
  const work = await prepareWork({ graph, plan: chosen, environment, workplace, force, signal }).catch(
    (error: unknown) => {
      throw maskError(masker, error) // it may repeat what a tool said in place of its version
    },
  )
  const plan = orderPlan(chosen, names => memory.durations(names), work.settlement.names)
  const handed = flags.only ? handedResults(graph, plan, workplace) : []
  const holdsSecret = (value: unknown) => !masker.empty && !isSame(value, maskDeep(masker, value))
  const freshness = workplace.freshness(work, holdsSecret)
  const isTraceless = onlyLooks(graph, plan)
  return await recordedRun(
    {
      ...{
        graph,
        plan,
        jobs,
        root,
        environment,
        freshness,
        flags,
        memory,
        words,
        style,
        commandFor,
        isTraceless,
      },
      resumed: new Map([...handed, ...(setting.resumed ?? [])]),
      ...(watching !== undefined && { watching }),
      keepsResult: (name, result) => !isRememberedIn(graph, name) && !holdsSecret(result),
      ended: async states => {
        freshness.settle(states)
        if (watching === undefined)
          await keepAhead({ ...setting, plan }, { judge: work.judge, environment, states })
        workplace.keep(text => masker.mask(text) !== text)
      },
    },
    edge,
  )
}

/** Knows the values of all variables that the tasks of a plan declare as secrets. */
export function maskerOf(graph: Graph, plan: Plan): Masker {
  const masker = new Masker()
  const tasks = plan.steps.flatMap(({ name }) => graph.get(name)?.task.options ?? [])
  for (const [name, value] of secretsOf(tasks, process.env)) masker.add(value, name)
  return masker
}

function isRememberedIn(graph: Graph, name: string): boolean {
  const task = graph.get(name)?.task
  return task !== undefined && isRemembered(task)
}

/** A copy without secrets is the same where there are none. */
function isSame(value: unknown, masked: unknown): boolean {
  const { serialize } = process.getBuiltinModule('node:v8')
  try {
    return serialize(value).equals(serialize(masked))
  } catch {
    return true // it cannot be stored anyway
  }
}
