import { lstatSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { parentOf } from './cached-file.ts'

/**
 * Says of paths whether they are really below a root: whether any directory above them is a link that leads out of it.
 * Looks, and changes nothing.
 */
export class InsideRoot {
  readonly #root: string
  readonly #realRoot: string
  readonly #leaving: ReadonlySet<string>
  readonly #known = new Map<string, string | undefined>([['', undefined]])

  /** Links and files among `leaving` count as gone: they are removed before anything is written below them. */
  constructor(root: string, leaving: ReadonlySet<string>) {
    this.#root = root
    this.#realRoot = realpathSync(root)
    this.#leaving = leaving
  }

  /** What is wrong with writing a file of this path; undefined when nothing is. */
  faultOf(path: string): string | undefined {
    const directory = parentOf(path)
    if (this.#known.has(directory)) return this.#known.get(directory)
    const fault = this.faultOf(directory) ?? this.#faultOfDirectory(directory)
    this.#known.set(directory, fault)
    return fault
  }

  #faultOfDirectory(directory: string): string | undefined {
    const path = join(this.#root, directory)
    const own = lstatSync(path, { throwIfNoEntry: false })
    if (own === undefined || own.isDirectory() || this.#leaving.has(directory)) return undefined
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
      return `${directory} is no directory`
    const real = realpathSync(path)
    return real === this.#realRoot || real.startsWith(this.#realRoot.replace(/\/?$/, sep))
      ? undefined
      : `${directory} is a link that leads out of ${this.#root}`
  }
}
