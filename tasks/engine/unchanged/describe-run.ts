import { join } from 'node:path'
import { type FileLook, fileKinds, isTrustworthy, lookThrough } from '../files/file-look.ts'
import { inputsFrom } from '../files/paths-from.ts'
import { isValue } from '../files/task-inputs.ts'
import { isRemembered } from '../freshness/is-remembered.ts'
import type { Judge } from '../freshness/judge.ts'
import { areFiles } from '../freshness/settlement.ts'
import { type Graph, nodeOf } from '../graph.ts'
import type { Plan } from '../plan.ts'
import { sha256 } from '../sha256.ts'
import { isCode } from '../sources/module-imports.ts'
import type { Input, Task } from '../task.ts'
import type { Workplace } from '../workplace.ts'
import { onlyDeclare } from './declaring-taskfiles.ts'
import { environmentDigest } from './environment-digest.ts'
import { KeptFiles, type KeptRun } from './unchanged-run.ts'

/** A run that found all of its tasks up to date. */
export interface FinishedRun {
  readonly graph: Graph
  readonly plan: Plan
  readonly judge: Judge
  readonly workplace: Workplace
  /** As typed after `task`. */
  readonly words: readonly string[]
  /** The paths of all Taskfiles that were read. */
  readonly taskfiles: readonly string[]
  /** Since when they were read, in milliseconds since 1970. */
  readonly loadedAt: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly conditions: string
  readonly color: boolean
}

/** How many of the files that changed last are looked at first. */
const newest = 32
/** To be raised when something else counts as declaring. */
const declaringVersion = 2

/**
 * All that such a run came from. Undefined where that cannot be told without loading its Taskfiles: where these do more
 * than declare tasks, where tasks take parameters, keep secrets, want tools, or say by a function what they depend on;
 * and where a file changed so lately that a later change might not show.
 */
export function describeRun(finished: FinishedRun): KeptRun | undefined {
  const { graph, plan, judge, workplace, words, taskfiles, environment, conditions, color } = finished
  const { memory } = workplace
  const tasks = plan.steps.map(({ name }) => nodeOf(graph, name))
  // One that was named need not be planned: it may have asked for another `instead`, by its parameters and so the environment.
  const named = words.flatMap(word => graph.get(word) ?? [])
  if (memory.changes === undefined || ![...named, ...tasks].every(({ task }) => isPlain(task)))
    return undefined
  const files = new KeptFiles()
  const sources = putSources(finished, files)
  if (sources === undefined) return undefined
  judge.readRecords(plan.steps.map(({ name }) => name))
  const found = new Map<string, { inputs: readonly Input[]; files: readonly number[] }>()
  for (const { name, task, directory } of tasks) {
    const record = judge.record(name)
    if (record?.valid !== true) return undefined
    const inputs = inputsFrom(directory, inputsOf(task)).filter(input => !isValue(input))
    const places = record.inputs.paths.map((path, i) => files.put(path, record.inputs.numbersAt(i), false))
    const outputs = record.outputs.paths.map((path, i) => files.put(path, record.outputs.numbersAt(i), true))
    if (!areKnown(places) || !areKnown(outputs)) return undefined
    if (!areFiles(inputs, record.inputs.paths)) found.set(JSON.stringify(inputs), { inputs, files: places })
  }
  const names = new Set(tasks.flatMap(({ task }) => task.options.env ?? []))
  const run = {
    conditions,
    environment: [...names].map(name => [name, environmentDigest(environment[name])] as const),
    changes: memory.changes.first + memory.changes.own,
    sources: sources.identity === undefined ? undefined : { taskfiles, identity: sources.identity },
    targets: plan.targets,
    names: plan.steps.map(({ name }) => name),
    color,
    found: [...found.values()],
    paths: files.paths,
    newest: files.newest(newest),
  }
  return { run, looks: files.looks }
}

function isPlain(task: Task): boolean {
  const { params, setsEnv, instead, secrets, tools, inputs, outputs } = task.options
  return (
    isRemembered(task) &&
    [params, setsEnv, instead, secrets, tools].every(option => option === undefined) &&
    typeof inputs !== 'function' &&
    typeof outputs !== 'function'
  )
}

function inputsOf({ options: { inputs } }: Task): readonly Input[] {
  return typeof inputs === 'function' ? [] : (inputs ?? [])
}

const areKnown = (places: readonly (number | undefined)[]): places is readonly number[] =>
  !places.includes(undefined)

function putSources(
  finished: FinishedRun,
  files: KeptFiles,
): { readonly identity: string | undefined } | undefined {
  const declared = declaredBy(finished)
  for (const { path, look } of declared?.files ?? []) {
    const { size, mtimeMs, ctimeMs, ino, kind } = look
    files.put(path, [size, mtimeMs, ctimeMs, ino, fileKinds.indexOf(kind)], false)
  }
  return declared
}

/** The files that declare the tasks, as they were when they were loaded. */
export interface Declared {
  readonly files: readonly { readonly path: string; readonly look: FileLook }[]
  /** Of the sources, where it depends on which packages are installed. */
  readonly identity: string | undefined
}

/** Undefined where these Taskfiles do more than declare, or may have changed since they were loaded. */
export function declaredBy({
  taskfiles,
  loadedAt,
  workplace,
}: Pick<FinishedRun, 'taskfiles' | 'loadedAt' | 'workplace'>): Declared | undefined {
  const { sources, remembered, engineDirectory } = workplace
  const modules = sources.filesOf(taskfiles)
  if (modules.some(({ digest, importsUnknown }) => digest === undefined || importsUnknown)) return undefined
  const identity = sources.identityOf(taskfiles)
  const key = `only declares ${declaringVersion} ${sha256(identity)}`
  const known = remembered.get(key)
  const declares = typeof known === 'boolean' ? known : onlyDeclare(taskfiles, engineDirectory)
  if (declares !== known) remembered.set(key, declares)
  if (!declares) return undefined
  const engine = ['task', 'service', 'group', 'mount'].map(name => join(engineDirectory, `${name}.ts`))
  const files: { path: string; look: FileLook }[] = []
  for (const path of [...modules.map(({ path }) => path), ...engine]) {
    const look = lookThrough(path)
    if (look === undefined || !isTrustworthy(look, loadedAt)) return undefined
    files.push({ path, look })
  }
  return { files, identity: modules.every(({ path }) => isCode(path)) ? undefined : identity }
}
