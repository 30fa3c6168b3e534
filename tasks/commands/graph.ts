import type { Graph, GraphNode } from '../engine/graph.ts'
import { unknownTask } from '../engine/plan.ts'
import type { Command } from './command.ts'

/**
 * `task graph [NAME…] --format mermaid|dot|json`: every task, or those named and all that they need. Cycles and needs
 * that no task answers to are shown as they are; only running them is an error.
 */
export const graph: Command = async ({ graph, values, stdout, stderr }) => {
  const tasks = await graph()
  const names = listed(values.names)
  const unknown = names.find(name => !tasks.has(name))
  if (unknown !== undefined) {
    stderr(`${unknownTask(tasks, unknown).toText()}\n`)
    return 2
  }
  const nodes = closure(tasks, names).map(node => shown(node, tasks))
  stdout(writers[String(values.format)]?.(nodes) ?? '')
  return 0
}

/** The form of `--format json`. Within a version fields may be added. */
interface GraphJson {
  readonly version: 1
  readonly nodes: readonly Shown[]
}

interface Shown {
  readonly name: string
  readonly describe: string
  /** Whether the Taskfile exports it; otherwise it is there because another task needs it. */
  readonly exported: boolean
  /** Names, without repetition, in the order of the declaration. */
  readonly needs: readonly string[]
}

const writers: Readonly<Record<string, (nodes: readonly Shown[]) => string>> = {
  json: nodes => {
    const all: GraphJson = { version: 1, nodes }
    return `${JSON.stringify(all, undefined, 2)}\n`
  },
  // An arrow leads from what is needed to what needs it: in the order in which they run.
  mermaid: nodes => {
    const ids = new Map<string, string>()
    const id = (name: string) => {
      if (!ids.has(name)) ids.set(name, `t${ids.size}`)
      return ids.get(name)
    }
    const boxes = nodes.map(
      ({ name, exported }) => `  ${id(name)}${exported ? `["${name}"]` : `("${name}")`}\n`,
    )
    const arrows = nodes.flatMap(({ name, needs }) => needs.map(need => `  ${id(need)} --> ${id(name)}\n`))
    const known = new Set(nodes.map(({ name }) => name))
    const missing = [...ids]
      .filter(([name]) => !known.has(name))
      .map(([name, id]) => `  ${id}{{"${name}?"}}\n`)
    return `flowchart LR\n${boxes.join('')}${missing.join('')}${arrows.join('')}`
  },
  dot: nodes => {
    const boxes = nodes.map(
      ({ name, exported, describe }) =>
        `  ${quoted(name)} [${exported ? '' : 'style=rounded, '}tooltip=${quoted(describe)}]\n`,
    )
    const arrows = nodes.flatMap(({ name, needs }) =>
      needs.map(need => `  ${quoted(need)} -> ${quoted(name)}\n`),
    )
    return `digraph tasks {\n  rankdir=LR\n  node [shape=box]\n${boxes.join('')}${arrows.join('')}}\n`
  },
}

/** The named tasks and all that they need; every task where none is named. In the order of the Taskfile. */
function closure(graph: Graph, names: readonly string[]): readonly GraphNode[] {
  const all = new Set(graph.values())
  if (names.length === 0) return [...all]
  const wanted = new Set<GraphNode>()
  const open = names.flatMap(name => graph.get(name) ?? [])
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (wanted.has(node)) continue
    wanted.add(node)
    open.push(...node.needs.flatMap(({ name }) => graph.get(name) ?? []))
  }
  return [...all].filter(node => wanted.has(node))
}

/** Needs go by the names that their nodes have: a Taskfile may call one task by two. */
function shown({ name, task, exported, needs }: GraphNode, graph: Graph): Shown {
  const names = needs.map(need => graph.get(need.name)?.name ?? need.name)
  return { name, describe: task.options.describe, exported, needs: [...new Set(names)] }
}

function listed(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : []
}

function quoted(text: string): string {
  return JSON.stringify(text.replaceAll('\n', ' '))
}
