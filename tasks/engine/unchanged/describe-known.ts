import { isDeepStrictEqual } from 'node:util'
import { nodeOf } from '../graph.ts'
import { isGroup } from '../group.ts'
import type { Task } from '../task.ts'
import { type Declared, declaredBy, type FinishedRun } from './describe-run.ts'
import { type KeptKnown, type KnownKind, type KnownStep, knownOptions } from './known-runs.ts'

type Finished = Pick<
  FinishedRun,
  'graph' | 'plan' | 'workplace' | 'words' | 'taskfiles' | 'loadedAt' | 'conditions'
> &
  Pick<KeptKnown, 'flags'>

/**
 * What a run consisted of, for the next one to do the same without its Taskfile. Undefined where a task is more than its kind
 * may be, and where its Taskfiles do more than declare tasks or came of packages.
 */
export function describeKnown(kind: KnownKind, finished: Finished): KeptKnown | undefined {
  const { graph, plan, words, conditions, flags, taskfiles } = finished
  // One that was named need not be planned: it may have asked for another `instead`, by its parameters and so the environment.
  const named = words.flatMap(word => graph.get(word) ?? [])
  const planned = plan.steps.map(({ name }) => nodeOf(graph, name))
  const tasks = [...named, ...planned].map(({ task }) => task)
  // What decides most often, and is found out fast.
  const isMeant = (task: Task) => Array.isArray(task.options.run) || (kind === 'graphs' && isGroup(task))
  if (!tasks.every(isMeant)) return undefined
  if (named.some(({ task }) => optionsOf(kind, task) === undefined)) return undefined
  const steps: KnownStep[] = []
  for (const { name, needs, words, rest } of plan.steps) {
    const { task, directory } = nodeOf(graph, name)
    const options = optionsOf(kind, task)
    if (options === undefined) return undefined
    steps.push({ name, needs, words, rest, directory, options })
  }
  const declared = declaredBy(finished)
  if (declared === undefined || declared.identity !== undefined) return undefined
  return { conditions, flags, taskfiles, targets: plan.targets, steps, files: filesOf(declared) }
}

function filesOf({ files }: Declared): KeptKnown['files'] {
  return files.map(({ path, look }) => ({ path, ...look }))
}

/** Undefined where anything that a task says is no data, or not for this kind. */
function optionsOf(kind: KnownKind, task: Task): KnownStep['options'] | undefined {
  if (isGroup(task)) return kind === 'graphs' ? { group: task.options.describe } : undefined
  const { needs: _, ...said }: Task['options'] & { readonly needs?: unknown } = task.options
  const known: readonly string[] = knownOptions[kind]
  const isKnown = (key: string) => known.includes(key) || said[key as keyof typeof said] === undefined
  const isData =
    Array.isArray(said.run) &&
    Object.keys(said).every(isKnown) &&
    isDeepStrictEqual(JSON.parse(JSON.stringify(said)), said)
  return isData ? said : undefined
}
