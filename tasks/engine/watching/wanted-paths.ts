import { posix } from 'node:path'
import { isLookedInto, type WatchedInputs } from './watched-inputs.ts'

/**
 * Which files are watched: those among the inputs of tasks, and those that the Taskfile consists of. Paths are relative to
 * the root. Neither knows whether a file is there.
 */
export class WantedPaths {
  readonly sources: ReadonlySet<string>
  readonly #inputs: ReadonlyMap<string, WatchedInputs>
  /** Directories that lead to something wanted. */
  readonly #leading = new Set<string>()

  constructor(inputs: ReadonlyMap<string, WatchedInputs>, sources: Iterable<string>) {
    this.#inputs = inputs
    this.sources = new Set(sources)
    const places = [
      ...[...inputs.values()].flatMap(({ bases }) => bases.map(({ path }) => path)),
      ...this.sources,
    ]
    for (const place of places)
      for (let path = place; !this.#leading.has(path); path = posix.dirname(path)) this.#leading.add(path)
  }

  /** The tasks that have this file among their inputs. */
  tasksOf(path: string): readonly string[] {
    return [...this.#inputs].flatMap(([name, inputs]) => (inputs.has(path) ? [name] : []))
  }

  isWanted(path: string): boolean {
    return this.sources.has(path) || this.#inputs.values().some(inputs => inputs.has(path))
  }

  /** Whether something wanted is, or may be, at this path or below it. */
  leadsToWanted(path: string): boolean {
    return (
      this.#leading.has(path) ||
      this.#inputs.values().some(({ bases }) => bases.some(base => isLookedInto(base, path)))
    )
  }

  /** Directories outside of the root in which something is wanted. */
  get outside(): readonly string[] {
    return [...this.#leading].filter(path => /^(?:\.\.\/)*\.\.$/.test(path))
  }

  /** The same text for what wants the same. */
  get key(): string {
    const bases = [...this.#inputs].map(([name, { key }]) => [name, key])
    return JSON.stringify([bases, [...this.sources]])
  }
}
