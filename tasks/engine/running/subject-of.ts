import { join } from 'node:path'
import type { Freshness } from '../freshness/freshness.ts'
import type { Subject } from '../freshness/judge.ts'
import { type Graph, nodeOf } from '../graph.ts'
import type { PlanStep } from '../plan.ts'
import type { TaskState } from '../state.ts'
import type { AnyResults } from '../task.ts'

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
  const results = (): AnyResults =>
    Object.fromEntries(
      needs.map(need => {
        const state = states.get(need.name)
        if (state?.kind === 'succeeded') return [need.key, state.result]
        if (state?.kind === 'serving') return [need.key, undefined]
        throw new Error(`${name} was started before ${need.name} had succeeded`)
      }),
    )
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
    needs: new Map(
      freshness === undefined ? [] : needs.map(need => [need.name, freshness.digestsOf(need.name)]),
    ),
    results,
  }
}
