import { join } from 'node:path'
import type { Freshness } from '../freshness/freshness.ts'
import { isRemembered } from '../freshness/is-remembered.ts'
import type { Subject } from '../freshness/judge.ts'
import { type Graph, nodeOf } from '../graph.ts'
import type { PlanStep } from '../plan.ts'
import type { TaskState } from '../state.ts'
import type { AnyResults, Task } from '../task.ts'

export interface SubjectWorld {
  readonly graph: Graph
  readonly root: string
  readonly freshness?: Freshness
  readonly states: ReadonlyMap<string, TaskState>
}

/** A step whose needs are done, as it is judged and run. */
export function subjectOf(
  { name, needs, params, rest }: PlanStep,
  { graph, root, freshness, states }: SubjectWorld,
): Subject {
  const { task, directory } = nodeOf(graph, name)
  const results = (): AnyResults => {
    const handed: Record<string, unknown> = {}
    for (const need of needs) {
      const state = states.get(need.name)
      if (state?.kind !== 'succeeded' && state?.kind !== 'serving')
        throw new Error(`${name} was started before ${need.name} had succeeded`)
      handOver(handed, need.key, state)
    }
    return handed
  }
  return {
    name,
    task,
    directory,
    // What a task's functions receive is what its own `params` made; its type is known there and not here.
    place: {
      root: directory === '' ? root : join(root, directory),
      params: params as Subject['place']['params'],
      rest,
    },
    // Compared where the task is remembered, and read for nobody else.
    needs:
      freshness === undefined || !isRemembered(task)
        ? new Map()
        : freshness.digestsOf(needs.map(need => need.name)),
    results,
  }
}

/** A stored result is read when somebody asks for it. */
function handOver(handed: Record<string, unknown>, key: string, state: TaskState): void {
  const get = () => (state.kind === 'succeeded' ? state.result : undefined)
  Object.defineProperty(handed, key, { get, enumerable: true })
}

/** Read now, for later on somebody else may have made them anew; a function that takes none is spared that. */
export function resultsAtStart({ options: { run } }: Task, results: () => AnyResults): AnyResults {
  return typeof run === 'function' && run.length > 0 ? { ...results() } : results()
}
