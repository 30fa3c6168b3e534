import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type FileLook, lookThrough, sameLook } from '../files/file-look.ts'
import type { Graph, GraphNode } from '../graph.ts'
import type { Flags } from '../options.ts'
import { ownPlaces } from '../own-places.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { type AnyTaskOptions, task } from '../task.ts'
import { keepFile, type RunConditions, remove } from './kept-runs.ts'

/** What a task may say, that it can be run without the Taskfile that declared it. */
export const knownOptions = ['describe', 'run', 'timeout', 'heartbeat', 'retries', 'concurrency'] as const

export type KnownOptions = Pick<AnyTaskOptions, (typeof knownOptions)[number]>

/**
 * A run all of whose tasks are commands that are never up to date: as long as what declares them is the same, so are they, and
 * the Taskfile does not have to be loaded to run them again.
 */
export interface KnownCommands {
  /** The words, the program, and whatever else has to be the same, as a text. */
  readonly conditions: string
  /** What declares the tasks. */
  readonly files: readonly (FileLook & { readonly path: string })[]
  readonly flags: Pick<Flags, 'color' | 'jobs' | 'keepGoing'>
  readonly targets: readonly string[]
  readonly steps: readonly KnownStep[]
}

export interface KnownStep extends Pick<PlanStep, 'name' | 'needs' | 'words' | 'rest'> {
  /** Where it runs, relative to the root. */
  readonly directory: string
  readonly options: KnownOptions
}

type Place = Pick<RunConditions, 'taskfile' | 'words'>

/** The tasks and the plan as the Taskfile would give them, and the flags. */
export interface KnownRun extends Pick<KnownCommands, 'flags'> {
  readonly graph: Graph
  readonly plan: Plan
}

/** Undefined where none is kept, or anything of what declares the tasks is another. */
export function readKnownCommands(place: Place, conditions: string): KnownRun | undefined {
  try {
    const known: KnownCommands = JSON.parse(readFileSync(pathOf(place), 'utf8'))
    return known.conditions === conditions && known.files.every(isAsItWas) ? runFrom(known) : undefined
  } catch {
    return undefined // there is none, or it is damaged: a run keeps it anew
  }
}

function isAsItWas(file: KnownCommands['files'][number]): boolean {
  const look = lookThrough(file.path)
  return look !== undefined && sameLook(look, file)
}

/** In the place of what was kept. */
export function keepKnownCommands(place: Place, known: KnownCommands | undefined): void {
  const path = pathOf(place)
  if (known !== undefined) keepFile(path, JSON.stringify(known))
  else if (existsSync(path)) remove(path)
}

function runFrom({ flags, targets, steps }: KnownCommands): KnownRun {
  const graph = new Map<string, GraphNode>()
  const planned: PlanStep[] = []
  for (const { name, needs, words, rest, directory, options } of steps) {
    graph.set(name, { name, needs, directory, exported: true, task: task(options) })
    planned.push({ name, needs, words, rest, describe: options.describe, params: {} })
  }
  return { flags, graph, plan: { targets, steps: planned } }
}

/** By its words, for `launch.mjs` to see whether there is one. Of two that have one name, the last is kept. */
function pathOf({ taskfile, words }: Place): string {
  return join(ownPlaces(dirname(taskfile)).commands, nameOfWords(words))
}

/** The same as in `launch.mjs`. No name of a file is longer than 255 bytes. */
export function nameOfWords(words: readonly string[]): string {
  return `=${encodeURIComponent(words.join(' '))}`.slice(0, 200)
}
