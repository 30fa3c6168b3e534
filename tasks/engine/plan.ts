import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Graph, GraphNeed, GraphNode } from './graph.ts'
import type { AnyParams } from './task.ts'

/** A task named on the command line. */
export interface Target {
  readonly name: string
  /** Those that follow the name and belong to it, as they were typed. */
  readonly words: readonly string[]
  /** The words after `--`. */
  readonly rest: readonly string[]
}

export interface PlanStep {
  readonly name: string
  readonly describe: string
  readonly needs: readonly GraphNeed[]
  /** The words of the command line that belong to it, as they were typed. */
  readonly words: readonly string[]
  /** The words after `--`. */
  readonly rest: readonly string[]
  /** What its words, the environment and defaults say. Empty until `withParams` has read them. */
  readonly params: AnyParams
}

/**
 * What will run: each step once, after all it needs. With one job that is the order in which they run; with more, the
 * first ready step of this order starts whenever a job is free.
 */
export interface Plan {
  readonly targets: readonly string[]
  readonly steps: readonly PlanStep[]
}

/**
 * Plans, and does nothing else. Of a task that is named twice the last words count; `meantTargets` has refused different
 * ones. Throws a UserError for a name that no task has and for tasks that need each other.
 */
export function makePlan(graph: Graph, targets: readonly Target[]): Plan {
  const asked = new Map<string, Target>()
  for (const target of targets) {
    asked.set(find(graph, target.name, []).name, target)
  }
  const steps: PlanStep[] = []
  const done = new Set<string>()
  const open = new Set<string>()
  // A stack of our own: a chain of needs may be longer than the engine's.
  const path: Visit[] = []
  const enter = (node: GraphNode) => {
    open.add(node.name)
    path.push({ node, needs: [] })
  }
  for (const target of asked.keys()) {
    if (!done.has(target)) enter(find(graph, target, []))
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node, needs } = top
      const need = node.needs[needs.length]
      if (need === undefined) {
        path.pop()
        done.add(node.name)
        const { words = [], rest = [] } = asked.get(node.name) ?? {}
        steps.push({ name: node.name, describe: node.task.options.describe, needs, words, rest, params: {} })
        continue
      }
      const next = find(graph, need.name, path)
      if (done.has(next.name)) needs.push(next.name === need.name ? need : { ...need, name: next.name })
      else if (open.has(next.name)) throw circle(path, next.name)
      else enter(next)
    }
  }
  return { targets: [...asked.keys()], steps }
}

/** A task on the path being walked, with those of its needs that are planned. */
interface Visit {
  readonly node: GraphNode
  readonly needs: GraphNeed[]
}

function find(graph: Graph, name: string, path: readonly Visit[]): GraphNode {
  const node = graph.get(name)
  if (node !== undefined) return node
  const where = path.length === 0 ? '' : `, needed by ${[...path.map(nameOf), name].join(' → ')}`
  throw unknownTask(graph, name, where)
}

export function unknownTask(graph: Graph, name: string, where = ''): UserError {
  return new UserError(`unknown task "${name}"${where}`, {
    fix: didYouMean(name, graph.keys()) ?? 'see task --list',
  })
}

/** All the words of a task, as they are typed after its name. */
export function typedWords({ words, rest }: Pick<Target, 'words' | 'rest'>): readonly string[] {
  return rest.length === 0 ? words : [...words, '--', ...rest]
}

function circle(path: readonly Visit[], name: string): UserError {
  const names = path.map(nameOf)
  const around = [...names.slice(names.indexOf(name)), name]
  return new UserError(`tasks that need each other: ${around.join(' → ')}`, {
    fix: 'take one of these needs away',
  })
}

function nameOf({ node }: Visit): string {
  return node.name
}
