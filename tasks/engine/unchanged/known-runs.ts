import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type FileLook, lookThrough, sameLook } from '../files/file-look.ts'
import type { Graph, GraphNode } from '../graph.ts'
import { group } from '../group.ts'
import type { Flags } from '../options.ts'
import { ownPlaces } from '../own-places.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { type AnyTaskOptions, task } from '../task.ts'
import { keepFile, type RunConditions, remove } from './kept-runs.ts'

/** What a task may say, that it can be run without the Taskfile that declared it. */
const commandOptions = ['describe', 'run', 'timeout', 'heartbeat', 'retries', 'concurrency'] as const
const remembering = ['inputs', 'outputs', 'cache', 'env', 'tools', 'platform'] as const

/**
 * What runs may consist of to be known: commands that are never up to date, which need no more than a small program, or
 * commands of any kind and groups, whose files and needs are judged as always.
 */
export const knownOptions = {
  commands: commandOptions,
  graphs: [...commandOptions, ...remembering],
} as const

export type KnownKind = keyof typeof knownOptions

/**
 * A run all of whose tasks are data: as long as what declares them is the same, so are they, and the Taskfile does not have
 * to be loaded to plan them again.
 */
export interface KeptKnown {
  /** The words, the program, and whatever else has to be the same, as a text. */
  readonly conditions: string
  /** What declares the tasks. */
  readonly files: readonly (FileLook & { readonly path: string })[]
  /** The paths of all Taskfiles that were read. */
  readonly taskfiles: readonly string[]
  readonly flags: KnownFlags
  readonly targets: readonly string[]
  readonly steps: readonly KnownStep[]
}

export type KnownFlags = Pick<Flags, 'color' | 'jobs' | 'keepGoing'>

export interface KnownStep extends Pick<PlanStep, 'name' | 'needs' | 'words' | 'rest'> {
  /** Where it runs, relative to the root. */
  readonly directory: string
  /** Of a group, what it is described by. */
  readonly options: AnyTaskOptions | { readonly group: string }
}

type Place = Pick<RunConditions, 'taskfile' | 'words'> & { readonly kind: KnownKind }

/** The tasks and the plan as the Taskfile would give them, and the flags. */
export interface KnownRun extends Pick<KeptKnown, 'flags' | 'taskfiles'> {
  readonly graph: Graph
  readonly plan: Plan
}

/** Undefined where none is kept, or anything of what declares the tasks is another. */
export function readKnown(place: Place, conditions: string): KnownRun | undefined {
  try {
    const known: KeptKnown = JSON.parse(readFileSync(pathOf(place), 'utf8'))
    return known.conditions === conditions && known.files.every(isAsItWas) ? runFrom(known) : undefined
  } catch {
    return undefined // there is none, or it is damaged: a run keeps it anew
  }
}

function isAsItWas(file: KeptKnown['files'][number]): boolean {
  const look = lookThrough(file.path)
  return look !== undefined && sameLook(look, file)
}

/** In the place of what was kept. */
export function keepKnown(place: Place, known: KeptKnown | undefined): void {
  const path = pathOf(place)
  if (known !== undefined) keepFile(path, JSON.stringify(known))
  else if (existsSync(path)) remove(path)
}

function runFrom({ flags, taskfiles, targets, steps }: KeptKnown): KnownRun {
  const graph = new Map<string, GraphNode>()
  const planned: PlanStep[] = []
  for (const { name, needs, words, rest, directory, options } of steps) {
    const known = 'group' in options ? group({ describe: options.group, needs: {} }) : task(options)
    graph.set(name, { name, needs, directory, exported: true, task: known })
    planned.push({ name, needs, words, rest, describe: known.options.describe, params: {} })
  }
  return { flags, taskfiles: [...taskfiles], graph, plan: { targets, steps: planned } }
}

/** By its words, for `launch.mjs` to see whether there is one. Of two that have one name, the last is kept. */
function pathOf({ taskfile, words, kind }: Place): string {
  return join(ownPlaces(dirname(taskfile))[kind], nameOfWords(words))
}

/** The same as in `launch.mjs`. No name of a file is longer than 255 bytes. */
export function nameOfWords(words: readonly string[]): string {
  return `=${encodeURIComponent(words.join(' '))}`.slice(0, 200)
}
