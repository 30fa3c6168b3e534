import { lstatSync, statSync } from 'node:fs'
import { lookOf } from '../files/file-look.ts'
import { type FileSet, lookNumbers, sameNumbers } from '../files/file-set.ts'
import type { KeptSettled } from '../memory/kept-settled.ts'

/** A task that is up to date, as it is kept for the next run. */
export interface SettledTask {
  readonly name: string
  /** All that it declares and depends on beside files, to be compared. */
  readonly text: string
  /** Whether its input files cannot be told from what it declares, but have to be found. */
  readonly listed: boolean
  /** The same number for tasks that were found to have no output in common. */
  readonly checked: number
  /** The names of what it needs; each is kept as well, and stands before it. */
  readonly needs: readonly string[]
  readonly inputs: FileSet
  readonly outputs: FileSet
}

/** In order: what is at a place of one list belongs to what is at that place of the others. Files are named by places. */
interface Tasks {
  readonly names: readonly string[]
  readonly texts: readonly string[]
  readonly listed: readonly boolean[]
  readonly checked: readonly number[]
  readonly needs: readonly (readonly number[])[]
  readonly inputs: readonly (readonly number[])[]
  readonly outputs: readonly (readonly number[])[]
  /** Each file once. One that is looked at itself, where it is a link, has NUL in front. */
  readonly paths: readonly string[]
}

interface PackedTask extends Omit<SettledTask, 'inputs' | 'outputs'> {
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

const itself = '\0'

/**
 * The tasks of a Taskfile that were up to date, packed so that a run finds out fast that they still are: what git's index
 * is to its files. One read, one comparison of texts for each task, and one look at each file. It only ever says of
 * a task that nothing has changed; what has, and all else, is told by the task's own record.
 */
export class Settled {
  readonly #tasks: Tasks
  readonly #looks: Float64Array
  readonly #absolute: (path: string) => string
  #places: ReadonlyMap<string, number> | undefined
  /** The place that is likely to be asked for next: plans have much the same order each time. */
  #next = 0
  /** By file: whether it is as it was, where that is known. */
  readonly #same: (boolean | undefined)[] = []

  constructor(tasks: Tasks, looks: Float64Array, absolute: (path: string) => string) {
    this.#tasks = tasks
    this.#looks = looks
    this.#absolute = absolute
  }

  /** Undefined where these are not what a `Packing` made. */
  static read({ text, looks }: KeptSettled, absolute: (path: string) => string): Settled | undefined {
    try {
      const tasks: Tasks = JSON.parse(text)
      const { names, texts, listed, checked, needs, inputs, outputs, paths } = tasks
      const isWhole = [texts, listed, checked, needs, inputs, outputs].every(
        list => list.length === names.length,
      )
      if (!isWhole || looks.byteLength !== paths.length * lookNumbers * 8) return undefined
      // A view has to begin at a multiple of eight of its buffer.
      const { buffer, byteOffset } = looks.byteOffset % 8 === 0 ? looks : looks.slice()
      return new Settled(tasks, new Float64Array(buffer, byteOffset, paths.length * lookNumbers), absolute)
    } catch {
      return undefined
    }
  }

  /** The place of a task, if it is here. */
  placeOf(name: string): number | undefined {
    const { names } = this.#tasks
    if (names[this.#next] === name) return this.#next++
    this.#places ??= new Map(names.map((name, i) => [name, i]))
    const place = this.#places.get(name)
    if (place !== undefined) this.#next = place + 1
    return place
  }

  /** See `SettledTask`. */
  checkOf(place: number): number {
    return this.#tasks.checked[place] ?? 0
  }

  /** The largest number of a check. */
  get lastCheck(): number {
    return this.#tasks.checked.reduce((last, check) => Math.max(last, check), 0)
  }

  /** Whether a task declares what it did. */
  declares(place: number, text: string): boolean {
    return this.#tasks.texts[place] === text
  }

  /** Whether all files of a task are as they were. `find` tells the paths of its inputs where they have to be found. */
  isSame(place: number, find: () => readonly string[]): boolean {
    const inputs = this.#tasks.inputs[place] ?? []
    const outputs = this.#tasks.outputs[place] ?? []
    for (let i = 0; i < inputs.length; i++) if (!this.#isSameFile(inputs[i] ?? 0)) return false
    for (let i = 0; i < outputs.length; i++) if (!this.#isSameFile(outputs[i] ?? 0)) return false
    return this.#tasks.listed[place] !== true || this.#hasPaths(inputs, find())
  }

  #hasPaths(files: readonly number[], paths: readonly string[]): boolean {
    return files.length === paths.length && files.every((file, i) => this.#tasks.paths[file] === paths[i])
  }

  #isSameFile(file: number): boolean {
    const known = this.#same[file]
    if (known !== undefined) return known
    const same = this.#looksSame(file, this.#tasks.paths[file] ?? '')
    this.#same[file] = same
    return same
  }

  #looksSame(file: number, path: string): boolean {
    try {
      const stats = path.startsWith(itself)
        ? lstatSync(this.#absolute(path.slice(1)), quiet)
        : statSync(this.#absolute(path), quiet)
      return stats !== undefined && sameNumbers(this.#looks, file * lookNumbers, lookOf(stats))
    } catch {
      return false // whoever judges the task will tell
    }
  }

  /**
   * All tasks as they were, but those of these names, and those that need one of them. `checkOf` says with which others they
   * were checked.
   */
  without(names: ReadonlySet<string>, checkOf: (name: string, before: number) => number): Packing {
    const packing = new Packing()
    const { names: all, texts, listed, checked, needs, inputs, outputs, paths } = this.#tasks
    const fileAt = (file: number) =>
      packing.file(paths[file] ?? '', this.#looks.subarray(file * lookNumbers, (file + 1) * lookNumbers))
    for (const [i, name] of all.entries()) {
      if (names.has(name)) continue
      const files = { inputs: inputs[i]?.map(fileAt) ?? [], outputs: outputs[i]?.map(fileAt) ?? [] }
      packing.put({
        name,
        text: texts[i] ?? '',
        listed: listed[i] ?? true,
        checked: checkOf(name, checked[i] ?? 0),
        needs: needs[i]?.map(need => all[need] ?? '') ?? [],
        ...files,
      })
    }
    return packing
  }
}

const quiet = { throwIfNoEntry: false } as const

/** Tasks on their way into the memory. */
export class Packing {
  readonly #tasks = {
    names: [] as string[],
    texts: [] as string[],
    listed: [] as boolean[],
    checked: [] as number[],
    needs: [] as (readonly number[])[],
    inputs: [] as (readonly number[])[],
    outputs: [] as (readonly number[])[],
    paths: [] as string[],
  } satisfies Tasks
  readonly #places = new Map<string, number>()
  readonly #looks: number[] = []
  readonly #files = new Map<string, number>()

  /** Not where one that it needs is not there. */
  add({ inputs, outputs, ...task }: SettledTask): void {
    this.put({
      ...task,
      inputs: inputs.paths.map((path, i) => this.file(path, inputs.numbersAt(i))),
      outputs: outputs.paths.map((path, i) => this.file(itself + path, outputs.numbersAt(i))),
    })
  }

  put({ name, text, listed, checked, needs, inputs, outputs }: PackedTask): void {
    const places = needs.flatMap(need => this.#places.get(need) ?? [])
    if (places.length < needs.length) return
    this.#places.set(name, this.#tasks.names.push(name) - 1)
    this.#tasks.texts.push(text)
    this.#tasks.listed.push(listed)
    this.#tasks.checked.push(checked)
    this.#tasks.needs.push(places)
    this.#tasks.inputs.push(inputs)
    this.#tasks.outputs.push(outputs)
  }

  /** The place of a file. One that two tasks have seen differently has two. */
  file(path: string, look: Float64Array): number {
    const known = this.#files.get(path)
    if (known !== undefined && look.every((number, i) => number === this.#looks[known * lookNumbers + i]))
      return known
    const place = this.#tasks.paths.push(path) - 1
    this.#looks.push(...look)
    this.#files.set(path, place)
    return place
  }

  get kept(): KeptSettled {
    const looks = new Float64Array(this.#looks)
    return { text: JSON.stringify(this.#tasks), looks: new Uint8Array(looks.buffer) }
  }
}
