import { UserError } from '../../lib/user-error.ts'
import { nameFault } from './names.ts'
import { isTask, type Needs, type Task } from './task.ts'
import { kindOf, type Place, type Taskfile } from './taskfile.ts'

export interface GraphNeed {
  /** Under which the result is handed to `run`. */
  readonly key: string
  /** The task's name. A graph may hold names that no task has; planning refuses them where they matter. */
  readonly name: string
}

export interface GraphNode {
  readonly name: string
  readonly task: Task
  /** Whether the Taskfile exports it; otherwise it was reached through the needs of another. */
  readonly exported: boolean
  /** Where it runs, relative to the root: '' but for mounted tasks. */
  readonly directory: string
  readonly needs: readonly GraphNeed[]
}

/** By every name a task has: one that a Taskfile exports under two keys is one node, called by the first. */
export type Graph = ReadonlyMap<string, GraphNode>

/**
 * Gives a name to every task that a Taskfile leads to. An exported task is named by its (first) key; a hidden one by
 * the key under which it is needed, and where another task has that name, by its parent's name in front of it.
 * Neither cycles nor unknown names are errors here: they matter only to those who plan them.
 */
export function resolveGraph({ path, tasks, mounted }: Taskfile): Graph {
  const names = new Map<Task, string>()
  const owners = new Map<string, Task>(tasks)
  const graph = new Map<string, GraphNode>()
  const queue: Named[] = []
  for (const [name, task] of tasks) {
    if (names.has(task)) continue
    names.set(task, name)
    queue.push({ name, task, exported: true, place: mounted?.get(name) ?? atHome })
  }
  const nameOf = (key: string, need: unknown, parent: Named): string => {
    if (typeof need === 'string') return nameFrom(parent.place, need, tasks)
    if (!isTask(need)) throw wrongNeed(path, parent.name, key, need)
    const fault = nameFault(key)
    if (fault !== undefined) throw new UserError(`${path}: a need of "${parent.name}": ${fault}`)
    const name = freeName(owners, parent, key)
    names.set(need, name)
    owners.set(name, need)
    queue.push({ name, task: need, exported: false, place: parent.place })
    return name
  }
  for (const entry of queue) {
    const { name, task, exported, place } = entry
    const declared = readNeeds(path, name, task)
    const needs: GraphNeed[] = []
    for (const key of Object.keys(declared)) {
      const need = declared[key]
      needs.push({ key, name: names.get(need as Task) ?? nameOf(key, need, entry) })
    }
    graph.set(name, { name, task, exported, directory: place.directory, needs })
  }
  for (const [alias, task] of tasks) {
    if (graph.has(alias)) continue
    const node = graph.get(names.get(task) ?? alias)
    if (node !== undefined) graph.set(alias, node)
  }
  return graph
}

interface Named {
  readonly name: string
  readonly task: Task
  readonly exported: boolean
  readonly place: Place
}

/** The node of a task that has been planned. */
export function nodeOf(graph: Graph, name: string): GraphNode {
  const node = graph.get(name)
  if (node === undefined) throw new Error(`the plan has a task that its graph has not: ${name}`)
  return node
}

function readNeeds(path: string, name: string, task: Task): Needs {
  try {
    return task.needs()
  } catch (cause) {
    throw new UserError(`${path}: the needs of "${name}" cannot be read: ${String(cause)}`, { cause })
  }
}

function wrongNeed(path: string, name: string, key: string, value: unknown): UserError {
  const fix =
    value === undefined
      ? `a task that is declared further down is named by a function: needs: () => ({ ${key} })`
      : 'a need is a task, or the name of one'
  return new UserError(`${path}: the need "${key}" of "${name}" is ${kindOf(value)}, not a task`, { fix })
}

const atHome: Place = { prefix: '', directory: '' }

/** A name in a mounted Taskfile is one of that file, and where it has none, one of the whole. */
function nameFrom({ prefix }: Place, need: string, tasks: ReadonlyMap<string, Task>): string {
  const own = withPrefix(prefix, need)
  return tasks.has(own) ? own : need
}

function withPrefix(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}:${name}`
}

interface Parent {
  readonly name: string
  readonly place: Place
}

function freeName(owners: ReadonlyMap<string, Task>, { name: parent, place }: Parent, key: string): string {
  const plain = withPrefix(place.prefix, key)
  if (!owners.has(plain)) return plain
  let name = `${parent}:${key}`
  for (let i = 2; owners.has(name); i++) name = `${parent}:${key}:${i}`
  return name
}
