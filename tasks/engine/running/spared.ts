import { isRemembered } from '../freshness/is-remembered.ts'
import { nodeOf } from '../graph.ts'
import type { RunOptions } from './run-options.ts'

const none: ReadonlySet<string> = new Set()

/** Tasks that have no turn in a run. Whoever watches wants to know the inputs of each, so there all have one. */
export function settledOf({ freshness, resumed, watching }: RunOptions): ReadonlySet<string> {
  if (freshness === undefined || watching !== undefined) return none
  if (resumed === undefined || resumed.size === 0) return freshness.settled
  return freshness.settled.difference(new Set(resumed.keys()))
}

/** Tasks whose results are compared by one that needs them, and that has a turn. */
export function comparedNeeds(
  { graph, plan, watching }: RunOptions,
  settled: ReadonlySet<string>,
): ReadonlySet<string> {
  const compares = (name: string) => {
    const { task } = nodeOf(graph, name)
    return isRemembered(task) || (watching !== undefined && task.options.ready !== undefined)
  }
  return new Set(
    plan.steps
      .filter(({ name }) => !settled.has(name) && compares(name))
      .flatMap(({ needs }) => needs.map(need => need.name)),
  )
}

/** Tasks whose stored results may be handed to one that has a turn. */
export function handedNeeds(
  { graph, plan, resumed }: RunOptions,
  settled: ReadonlySet<string>,
): ReadonlySet<string> {
  const takes = (name: string) => {
    const { run } = nodeOf(graph, name).task.options
    return !settled.has(name) && typeof run === 'function' && run.length > 0
  }
  return new Set(
    plan.steps
      .filter(({ name }) => takes(name))
      .flatMap(({ needs }) => needs.map(need => need.name))
      .filter(name => resumed?.has(name) !== true && isRemembered(nodeOf(graph, name).task)),
  )
}
