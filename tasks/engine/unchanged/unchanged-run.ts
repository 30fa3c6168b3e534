import { lstatSync, statSync } from 'node:fs'
import { kindPlace } from '../files/file-look.ts'
import { lookNumbers } from '../files/file-set.ts'
import { type FoundFiles, taskInputs } from '../files/task-inputs.ts'
import type { Input } from '../task.ts'

/**
 * A run that found all of its tasks up to date, and all that this came from: as long as that is the same, so is the run, and
 * neither its Taskfile has to be loaded for that nor a plan made. It only ever says that nothing has changed; what
 * has, and all else, is found out by a run.
 */
export interface UnchangedRun {
  /** The words, the program, and whatever else has to be the same, as a text. */
  readonly conditions: string
  /** Environment variables that count, with digests of their values. */
  readonly environment: readonly (readonly [name: string, digest: string])[]
  /** How often records of tasks had changed. */
  readonly changes: number
  /** What the Taskfiles consist of, where that depends on which packages are installed: see `TaskSources`. */
  readonly sources: { readonly taskfiles: readonly string[]; readonly identity: string } | undefined
  readonly targets: readonly string[]
  /** Of all tasks, in the order of the plan. */
  readonly names: readonly string[]
  readonly color: boolean
  /** What is found by patterns: files by their places. */
  readonly found: readonly { readonly inputs: readonly Input[]; readonly files: readonly number[] }[]
  /** Each file once. One that is looked at itself, where it is a link, has NUL in front. */
  readonly paths: readonly string[]
  /** Places of the files that changed last. They are likely to be those that change next, so they are looked at first. */
  readonly newest: readonly number[]
}

const itself = '\0'
const headerBytes = 8

/** A run with the looks of its files, five numbers each. */
export interface KeptRun {
  readonly run: UnchangedRun
  readonly looks: Float64Array
}

/** Lengths (8 bytes), looks, and the run as JSON. */
export function packRun({ run, looks }: KeptRun): Uint8Array {
  const text = Buffer.from(JSON.stringify(run))
  const bytes = new Uint8Array(headerBytes + looks.byteLength + text.length)
  new Uint32Array(bytes.buffer, 0, 2).set([looks.byteLength, text.length])
  bytes.set(new Uint8Array(looks.buffer, looks.byteOffset, looks.byteLength), headerBytes)
  bytes.set(text, headerBytes + looks.byteLength)
  return bytes
}

/** Undefined where the bytes are not what `packRun` made. */
export function unpackRun(bytes: Uint8Array): KeptRun | undefined {
  try {
    // A view has to begin at a multiple of eight of its buffer.
    const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes)
    const [looksBytes = 0, textBytes = 0] = new Uint32Array(buffer, byteOffset, 2)
    if (bytes.length !== headerBytes + looksBytes + textBytes) return undefined
    const run: UnchangedRun = JSON.parse(
      Buffer.from(buffer, byteOffset + headerBytes + looksBytes, textBytes).toString(),
    )
    if (run.paths.length * lookNumbers * 8 !== looksBytes) return undefined
    const looks = new Float64Array(buffer, byteOffset + headerBytes, run.paths.length * lookNumbers)
    return { run, looks }
  } catch {
    return undefined
  }
}

/** Whether all files are as they were, and patterns lead to the same ones. */
export function hasSameFiles({ run, looks }: KeptRun, found: FoundFiles): boolean {
  const { paths, newest } = run
  const absolute = (path: string) => found.files.absolute(path)
  try {
    for (const place of newest)
      if (!isSame(looks, place * lookNumbers, paths[place] ?? '', absolute)) return false
    for (let i = 0; i < paths.length; i++)
      if (!isSame(looks, i * lookNumbers, paths[i] ?? '', absolute)) return false
    return run.found.every(({ inputs, files }) => {
      const now = taskInputs('', inputs, found).paths
      return now.length === files.length && files.every((file, i) => paths[file] === now[i])
    })
  } catch {
    return false // a run will tell what is wrong
  }
}

function isSame(looks: Float64Array, at: number, path: string, absolute: (path: string) => string): boolean {
  const stats = path.startsWith(itself)
    ? lstatSync(absolute(path.slice(1)), quiet)
    : statSync(absolute(path), quiet)
  return (
    stats !== undefined &&
    looks[at + 2] === stats.ctimeMs &&
    looks[at + 1] === stats.mtimeMs &&
    looks[at] === stats.size &&
    looks[at + 3] === stats.ino &&
    looks[at + 4] === kindPlace(stats.mode)
  )
}

const quiet = { throwIfNoEntry: false } as const

/** Files on their way into a run that is kept. */
export class KeptFiles {
  readonly paths: string[] = []
  readonly #looks: number[] = []
  readonly #places = new Map<string, number>()

  /** The place of a file; undefined for one that was seen with another look, or with one that is equal to none. */
  put(path: string, look: ArrayLike<number>, isItself: boolean): number | undefined {
    const key = isItself ? itself + path : path
    const known = this.#places.get(key)
    for (let n = 0; n < lookNumbers; n++) {
      const number = look[n] ?? Number.NaN
      if (Number.isNaN(number)) return undefined
      if (known !== undefined && this.#looks[known * lookNumbers + n] !== number) return undefined
    }
    if (known !== undefined) return known
    const place = this.paths.push(key) - 1
    for (let n = 0; n < lookNumbers; n++) this.#looks.push(look[n] ?? 0)
    this.#places.set(key, place)
    return place
  }

  get looks(): Float64Array {
    return new Float64Array(this.#looks)
  }

  newest(count: number): readonly number[] {
    const changedAt = (place: number) => this.#looks[place * lookNumbers + 2] ?? 0
    return [...this.paths.keys()].sort((a, b) => changedAt(b) - changedAt(a)).slice(0, count)
  }
}
