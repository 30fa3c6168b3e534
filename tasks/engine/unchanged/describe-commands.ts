import { isDeepStrictEqual } from 'node:util'
import { type GraphNode, nodeOf } from '../graph.ts'
import { type Declared, declaredBy, type FinishedRun } from './describe-run.ts'
import { type KnownCommands, type KnownOptions, type KnownStep, knownOptions } from './known-commands.ts'

type Finished = Pick<
  FinishedRun,
  'graph' | 'plan' | 'workplace' | 'words' | 'taskfiles' | 'loadedAt' | 'conditions'
> &
  Pick<KnownCommands, 'flags'>

/**
 * What a run consisted of, for the next one to do the same without its Taskfile. Undefined where a task is more than a command,
 * might be up to date, or wants something of this host, and where its Taskfiles do more than declare tasks or came of packages.
 */
export function describeCommands(finished: Finished): KnownCommands | undefined {
  const { graph, plan, words, conditions, flags } = finished
  // One that was named need not be planned: it may have asked for another `instead`, by its parameters and so the environment.
  const named = words.flatMap(word => graph.get(word) ?? [])
  if (!named.every(isCommand)) return undefined
  const steps: KnownStep[] = []
  for (const { name, needs, words, rest } of plan.steps) {
    const node = nodeOf(graph, name)
    if (!isCommand(node)) return undefined
    steps.push({ name, needs, words, rest, directory: node.directory, options: node.task.options })
  }
  const declared = declaredBy(finished)
  if (declared === undefined || declared.identity !== undefined) return undefined
  return { conditions, flags, targets: plan.targets, steps, files: filesOf(declared) }
}

function filesOf({ files }: Declared): KnownCommands['files'] {
  return files.map(({ path, look }) => ({ path, ...look }))
}

/** Whether all that a task says is text that can be kept. */
function isCommand({ task: { options } }: GraphNode): boolean {
  const { needs: _, ...said }: KnownOptions & { readonly needs?: unknown } = options
  const isKnown = (key: string) =>
    knownOptions.some(known => known === key) || said[key as keyof KnownOptions] === undefined
  return (
    Array.isArray(options.run) &&
    Object.keys(said).every(isKnown) &&
    isDeepStrictEqual(JSON.parse(JSON.stringify(said)), said)
  )
}
