import { join, relative } from 'node:path'
import { digestFile } from '../../engine/files/digest.ts'
import { matcherOf, plainPath } from '../../engine/files/find-files.ts'
import { inputsFrom, pathFrom } from '../../engine/files/paths-from.ts'
import { outputsOf, type Subject } from '../../engine/freshness/judge.ts'
import { nodeOf } from '../../engine/graph.ts'
import { FileWatch } from '../../engine/watching/file-watch.ts'
import type { FileChange, Owner } from '../../engine/watching/stale-tasks.ts'
import { WantedPaths } from '../../engine/watching/wanted-paths.ts'
import { WatchedInputs } from '../../engine/watching/watched-inputs.ts'
import type { Setting } from '../one-run.ts'

export interface WatchedFilesOptions {
  /** The Taskfile and those that it mounts. */
  readonly taskfiles: readonly string[]
  readonly changed: (changes: readonly FileChange[]) => void
  readonly failed: (error: unknown) => void
}

/**
 * What the tasks of a plan come from, and what is watched of it. Inputs and outputs that a function names are known when the
 * task has been judged, so more may be watched after each run.
 */
export class WatchedFiles {
  readonly #options: WatchedFilesOptions
  readonly #root: string
  readonly #inputs = new Map<string, WatchedInputs>()
  readonly #owners = new Map<string, Owner>()
  /** Digests of the files that the Taskfile consists of, as they were when it was loaded. */
  readonly #sources = new Map<string, string | undefined>()
  #watch: FileWatch | undefined
  #key = ''

  constructor({ graph, plan, workplace, flags }: Setting, options: WatchedFilesOptions) {
    this.#options = options
    this.#root = workplace.root
    for (const { path, digest } of workplace.sources.filesOf(options.taskfiles))
      if (!path.includes('/node_modules/')) this.#sources.set(relative(this.#root, path), digest)
    for (const { name } of plan.steps) {
      if (flags.only && !plan.targets.includes(name)) continue
      const { task, directory } = nodeOf(graph, name)
      const inputs: unknown = task.options.inputs
      const outputs: unknown = task.options.outputs
      if (Array.isArray(inputs))
        this.#inputs.set(name, new WatchedInputs(this.#root, inputsFrom(directory, inputs)))
      if (Array.isArray(outputs))
        this.#own(
          name,
          outputs.map(output => pathFrom(directory, String(output))),
        )
    }
  }

  get count(): number {
    return this.#watch?.files.size ?? 0
  }

  get owners(): readonly Owner[] {
    return [...this.#owners.values()]
  }

  tasksOf(path: string): readonly string[] {
    return [...this.#inputs].flatMap(([name, inputs]) => (inputs.has(path) ? [name] : []))
  }

  makes(task: string, path: string): boolean {
    return this.#owners.get(task)?.makes(path) === true
  }

  isTaskfile(path: string): boolean {
    return this.#options.taskfiles.includes(join(this.#root, path))
  }

  /** Whether a file is part of the Taskfile. */
  isSource(path: string): boolean {
    return this.#sources.has(path)
  }

  isSame(absolute: string, path: string): boolean {
    return relative(this.#root, absolute) === path
  }

  /** Whether a file is part of the Taskfile, and not as it was loaded. */
  isNewSource(path: string): boolean {
    if (!this.#sources.has(path)) return false
    return digestFile(join(this.#root, path), true)?.digest !== this.#sources.get(path)
  }

  /** A change of the Taskfile is let pass. */
  acceptSource(path: string): void {
    this.#sources.set(path, digestFile(join(this.#root, path), true)?.digest)
  }

  /** A task is judged, so what its functions name is known. */
  learn(subject: Subject): void {
    const { name, task, directory, place, results } = subject
    const { inputs, outputs } = task.options
    try {
      if (typeof inputs === 'function')
        this.#inputs.set(name, new WatchedInputs(this.#root, inputsFrom(directory, inputs(results(), place))))
      if (typeof outputs === 'function') this.#own(name, outputsOf(subject))
    } catch {
      // The task will fail for it, and tell.
    }
  }

  /** Watches all that is known now. What is new among it and has changed since a run began is told as well. */
  async watch(since: number): Promise<void> {
    const wanted = new WantedPaths(this.#inputs, this.#sources.keys())
    if (this.#key === wanted.key) return
    const { changed, failed } = this.#options
    const before = this.#watch
    this.#watch = await FileWatch.start({ root: this.#root, wanted, now: Date.now, changed, failed })
    this.#key = wanted.key
    await before?.close()
    const missed = this.#watch.changedSince(since).filter(({ path }) => !before?.files.has(path))
    if (missed.length > 0) changed(missed)
  }

  async close(): Promise<void> {
    await this.#watch?.close()
  }

  #own(task: string, outputs: readonly string[]): void {
    const matchers = outputs.map(output => matcherOf(plainPath(output)))
    this.#owners.set(task, { task, makes: path => matchers.some(matches => matches(path)) })
  }
}
