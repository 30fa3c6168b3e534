import { dirname, join } from 'node:path'
import { OutputCache } from './cache/output-cache.ts'
import { FileTable } from './files/file-table.ts'
import { pathFrom } from './files/paths-from.ts'
import { Freshness, type FreshnessOptions } from './freshness/freshness.ts'
import { Judge } from './freshness/judge.ts'
import { OutputOwners } from './freshness/output-owners.ts'
import { TaskSources } from './freshness/task-sources.ts'
import { type Graph, nodeOf } from './graph.ts'
import type { Memory } from './memory/memory.ts'
import { openMemory } from './memory/open-memory.ts'
import { RememberedThings } from './memory/remembered.ts'
import { ownPlaces } from './own-places.ts'
import type { Plan } from './plan.ts'
import { secretsOf } from './secrets/secrets-of.ts'

export interface WorkplaceOptions {
  /** The path of the Taskfile. */
  readonly taskfile: string
  readonly now: () => number
  /** When this process began, in milliseconds since 1970. */
  readonly processStart: number
  /** The largest size of the cache, in bytes. */
  readonly cacheBytes?: number
  /** See `Settlement`: how many tasks a plan has to have. */
  readonly settlesFrom?: number
}

export interface JudgeSetting {
  readonly graph: Graph
  readonly plan: Plan
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly toolVersions: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly force: boolean
}

/**
 * All that the engine keeps beside a Taskfile, below `.artifacts/task`: what it remembers, and the cache. Nothing is
 * written, and nothing made, before `beginWriting`.
 */
export class Workplace implements Disposable {
  readonly root: string
  readonly engineDirectory = import.meta.dirname
  readonly memory: Memory
  readonly files: FileTable
  readonly sources: TaskSources
  readonly cache: OutputCache
  readonly remembered: RememberedThings
  readonly settlesFrom: number

  constructor({ taskfile, now, processStart, cacheBytes, settlesFrom = 50 }: WorkplaceOptions) {
    this.settlesFrom = settlesFrom
    this.root = dirname(taskfile)
    this.memory = openMemory(taskfile, now)
    this.files = new FileTable(this.root, now)
    this.sources = new TaskSources({
      files: this.files,
      memory: this.memory,
      engineDirectory: this.engineDirectory,
      processStart,
    })
    this.cache = new OutputCache(ownPlaces(this.root).cache, {
      now,
      ...(cacheBytes !== undefined && { maxBytes: cacheBytes }),
    })
    this.remembered = new RememberedThings(this.memory)
  }

  judge({ graph, plan, environment, toolVersions, force }: JudgeSetting): Judge {
    const tasks = plan.steps.map(({ name }) => nodeOf(graph, name).task.options)
    let owners: OutputOwners | undefined
    return new Judge({
      files: this.files,
      recordsOf: names => this.memory.records(names),
      environment,
      toolsOf: name => toolVersions.get(name) ?? {},
      sources: this.sources,
      owners: () => (owners ??= ownersOf(graph, plan)),
      host: `${process.platform} ${process.arch}`,
      force,
      secrets: [...secretsOf(tasks, environment).values()],
    })
  }

  freshness(
    { judge, settlement }: Pick<FreshnessOptions, 'judge' | 'settlement'>,
    holdsSecret: FreshnessOptions['holdsSecret'],
  ): Freshness {
    const { memory, cache, root } = this
    const memoryIn = (directory: string) =>
      openMemory(join(root, directory, memory.taskfile), memory.now, true)
    return new Freshness({ judge, settlement, memory, cache, memoryIn, holdsSecret })
  }

  /** Keeps what was found out on the way, but nothing that holds a secret. */
  keep(holdsSecret: (text: string) => boolean = () => false): void {
    this.remembered.keep(holdsSecret)
    this.sources.keep()
  }

  [Symbol.dispose](): void {
    this.memory.close()
  }
}

/** Those that are declared as such; what a function names is claimed when it is known. */
function ownersOf(graph: Graph, plan: Plan): OutputOwners {
  const owners = new OutputOwners()
  for (const { name } of plan.steps) {
    const node = graph.get(name)
    const outputs: unknown = node?.task.options.outputs
    if (node !== undefined && Array.isArray(outputs))
      owners.claim(
        name,
        outputs.map(output => pathFrom(node.directory, String(output))),
      )
  }
  return owners
}
