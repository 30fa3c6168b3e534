import { UserError } from '../../lib/user-error.ts'
import type { Graph } from './graph.ts'
import type { Plan } from './plan.ts'

/** Reads the words that belong to each task of a plan, before anything runs. Throws the UserError of the first wrong one. */
export function readArguments(graph: Graph, plan: Plan): ReadonlyMap<string, unknown> {
  const args = new Map<string, unknown>()
  for (const { name, args: words } of plan.steps) {
    const declared = graph.get(name)?.task.args
    if (declared === undefined) {
      if (words.length > 0) throw new UserError(`"${name}" takes no arguments: ${words.join(' ')}`)
      continue
    }
    args.set(name, declared.parse(words))
  }
  return args
}

/** The environment variables that the words of a plan's tasks set. */
export const environmentOf = (graph: Graph, plan: Plan): Record<string, string> =>
  Object.assign({}, ...plan.steps.map(({ name, args }) => graph.get(name)?.task.args?.environment?.(args)))
