import { UserError } from '../../../lib/user-error.ts'
import type { Graph, GraphNode } from '../graph.ts'
import { type Plan, type Target, typedWords, unknownTask } from '../plan.ts'
import type { AnyParams } from '../task.ts'
import { isOption } from './given-words.ts'
import type { ParamReader } from './param-reader.ts'
import type { ParamFault } from './read-values.ts'
import { takesRest } from './takes-rest.ts'
import { usageOf } from './usage.ts'

/**
 * The tasks that are meant by those that were named, before anything is planned: what one asks for `instead` of itself.
 * Throws one UserError with all that is wrong with the words of all of them, and one for a task that is named twice with
 * different words.
 */
export async function meantTargets(
  graph: Graph,
  targets: readonly Target[],
  reader: ParamReader,
): Promise<readonly Target[]> {
  const named = targets.map(target => ({ target, node: nodeOf(graph, target.name) }))
  for (const { target, node } of named) refuseRest(node, target.rest)
  const all = await readAll(
    named.map(({ target, node }) => ({ node, words: target.words })),
    reader,
  )
  const meant = named.map(({ target, node }, i) => {
    const instead = node.task.options.instead?.(all[i] ?? {})
    return instead === undefined ? target : { ...instead, rest: target.rest }
  })
  refuseTwice(graph, meant)
  return meant
}

/** A task runs once in a run, so it cannot have two sets of words. */
function refuseTwice(graph: Graph, targets: readonly Target[]): void {
  const before = new Map<string, string>()
  for (const target of targets) {
    const name = graph.get(target.name)?.name ?? target.name
    const typed = typedWords(target).join(' ')
    const other = before.get(name) ?? typed
    if (other !== typed)
      throw new UserError(
        `"${name}" is named twice: with ${other || 'no words'}, and with ${typed || 'no words'}`,
        { fix: 'a task runs once in a run: make it two runs' },
      )
    before.set(name, typed)
  }
}

/** The plan with the parameters of all its tasks: of a task that nobody named, from the environment and defaults. */
export async function withParams(graph: Graph, plan: Plan, reader: ParamReader): Promise<Plan> {
  const nodes = plan.steps.map(({ name, words }) => ({ node: nodeOf(graph, name), words }))
  if (nodes.every(({ node, words }) => node.task.options.params === undefined && words.length === 0))
    return plan
  const all = await readAll(nodes, reader)
  return { ...plan, steps: plan.steps.map((step, i) => ({ ...step, params: all[i] ?? {} })) }
}

/** The environment variables that the parameters of a plan's tasks set. */
export function environmentOf(graph: Graph, plan: Plan): Record<string, string> {
  const all = plan.steps.map(({ name, params }) => graph.get(name)?.task.options.setsEnv?.(params))
  return Object.assign({}, ...all)
}

interface Asked {
  readonly node: GraphNode
  readonly words: readonly string[]
}

async function readAll(asked: readonly Asked[], reader: ParamReader): Promise<readonly AnyParams[]> {
  const all: AnyParams[] = []
  const wrong: { readonly node: GraphNode; readonly faults: readonly ParamFault[] }[] = []
  for (const { node, words } of asked) {
    const read = await reader.read(node, words)
    if (read.kind === 'read') all.push(read.values)
    else wrong.push({ node, faults: read.faults })
  }
  if (wrong.length === 0) return all
  const faults = wrong.flatMap(({ faults }) => faults)
  const fixes = await Promise.all(wrong.map(({ node, faults }) => fixOf(node, faults, reader)))
  throw new UserError(faults.map(({ message }) => message).join('\n'), { fix: fixes.join('\n  ') })
}

async function fixOf(node: GraphNode, faults: readonly ParamFault[], reader: ParamReader): Promise<string> {
  if (faults.some(({ missing }) => missing))
    return `usage: task ${node.name} ${usageOf(await reader.declarations(node), takesRest(node.task.options))}`
  const fixes = faults.flatMap(({ fix }) => fix ?? [])
  return fixes.length > 0 ? fixes.join('\n  ') : `see task ${node.name} --help`
}

function refuseRest(node: GraphNode, rest: readonly string[]): void {
  if (rest.length > 0 && !takesRest(node.task.options))
    throw new UserError(`"${node.name}" takes no words after "--": ${rest.join(' ')}`, {
      fix: rest.some(isOption) ? 'its flags come before "--"' : undefined,
    })
}

function nodeOf(graph: Graph, name: string): GraphNode {
  const node = graph.get(name)
  if (node === undefined) throw unknownTask(graph, name)
  return node
}
