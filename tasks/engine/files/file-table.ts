import { statSync } from 'node:fs'
import { join } from 'node:path'
import { digestFile } from './digest.ts'
import {
  type FileLook,
  fileKinds,
  isTrustworthy,
  kindPlace,
  lookAt,
  lookThrough,
  sameLook,
} from './file-look.ts'
import { FileSet, type KnownFile, lookFrom, lookNumbers, putNumbers } from './file-set.ts'

/** How a file differs from what is known of it. */
export interface FileDifference {
  readonly path: string
  readonly how: 'added' | 'removed' | 'changed'
}

/** As found under one pattern, which several tasks may name; looks are kept by the list then. */
const long = 64

/**
 * The files of a run, each looked at once until somebody may have changed them, and read only where its look is not one
 * that is known. Paths are relative to the root.
 */
export class FileTable {
  readonly root: string
  readonly #now: () => number
  readonly #prefix: string
  readonly #looks = new Map<string, FileLook | undefined>()
  readonly #listed = new Map<readonly string[], Float64Array>()
  readonly #read = new Map<
    string,
    { readonly look: FileLook; readonly digest: string; readonly at: number }
  >()
  #generation = 0

  constructor(root: string, now: () => number) {
    this.root = root
    this.#now = now
    this.#prefix = root.endsWith('/') ? root : `${root}/`
  }

  /** Counts how often files may have changed: what was seen under another number has to be looked for again. */
  get generation(): number {
    return this.#generation
  }

  /** To be called when something has run. */
  mayHaveChanged(): void {
    this.#generation++
    this.#looks.clear()
    this.#listed.clear()
  }

  /** What a path leads to now, or at least since something ran last. */
  look(path: string): FileLook | undefined {
    const known = this.#looks.get(path)
    if (known !== undefined || this.#looks.has(path)) return known
    const look = lookThrough(this.absolute(path))
    this.#looks.set(path, look)
    return look
  }

  /** The looks of a long list, one behind the other; what is not there has NaN. */
  #looksOf(paths: readonly string[]): Float64Array {
    const known = this.#listed.get(paths)
    if (known !== undefined) return known
    const looks = new Float64Array(paths.length * lookNumbers).fill(Number.NaN)
    for (let i = 0; i < paths.length; i++) {
      const path = this.absolute(paths[i] ?? '')
      const stats = statSync(path, { throwIfNoEntry: false })
      // Without a look of its own for each: there may be ten thousand of them.
      if (stats !== undefined) putNumbers(looks, i * lookNumbers, stats, kindPlace(stats.mode))
      else {
        const look = lookAt(path) // a link that leads nowhere
        if (look !== undefined) putNumbers(looks, i * lookNumbers, look, fileKinds.indexOf(look.kind))
      }
    }
    this.#listed.set(paths, looks)
    return looks
  }

  absolute(path: string): string {
    if (path.startsWith('/')) return path
    return path.includes('..') ? join(this.root, path) : this.#prefix + path
  }

  /** The digest of a file and the look that belongs to it; read only where it was not, or may have changed since. */
  known(path: string, follow = true): KnownFile | undefined {
    const absolute = this.absolute(path)
    const look = follow ? this.look(path) : lookAt(absolute)
    if (look === undefined) return undefined
    const key = follow ? path : `\0${path}`
    const read = this.#read.get(key)
    if (read !== undefined && sameLook(read.look, look) && isTrustworthy(look, read.at))
      return { path, look, digest: read.digest }
    const at = this.#now()
    const digested = digestFile(absolute, follow)
    if (digested === undefined) return undefined
    this.#read.set(key, { ...digested, at })
    return { path, ...digested }
  }

  /** All of these as they are now. A path that is not there is left out. Digests of the unchanged are taken from `before`. */
  take(paths: readonly string[], before?: FileSet, follow = true): FileSet {
    const at = this.#now()
    const places = before === undefined ? undefined : placesOf(before)
    const listed = follow ? this.#listed.get(paths) : undefined
    const files = paths.flatMap((path, i): KnownFile | readonly [] => {
      const place = places?.get(path)
      if (before !== undefined && place !== undefined) {
        if (listed !== undefined && before.isSameIn(place, listed, i))
          return { path, look: lookFrom(listed, i * lookNumbers), digest: before.digestAt(place) }
        const look = follow ? this.look(path) : lookAt(this.absolute(path))
        if (look !== undefined && before.isSame(place, look))
          return { path, look, digest: before.digestAt(place) }
      }
      return this.known(path, follow) ?? []
    })
    return FileSet.of(files, at)
  }

  /**
   * How these paths differ from a set that was taken before: nothing in most cases, without reading any file. `stale`
   * where files were only touched, so that a set taken anew is the better one to keep.
   */
  compare(
    paths: readonly string[],
    before: FileSet,
    follow = true,
  ): { readonly differences: readonly FileDifference[]; readonly stale: boolean } {
    const differences: FileDifference[] = []
    let stale = false
    const compareOne = (path: string, i: number) => {
      const look = follow ? this.look(path) : lookAt(this.absolute(path))
      if (look === undefined) differences.push({ path, how: 'removed' })
      else if (!before.isSame(i, look)) {
        stale = true
        const known = this.known(path, follow)
        if (known === undefined) differences.push({ path, how: 'removed' })
        else if (known.digest !== before.digestAt(i) || known.look.kind !== before.kindAt(i))
          differences.push({ path, how: 'changed' })
      }
    }
    if (before.hasPaths(paths)) {
      const listed = follow && paths.length >= long ? this.#looksOf(paths) : undefined
      for (let i = 0; i < paths.length; i++)
        if (listed === undefined || !before.isSameIn(i, listed, i)) compareOne(paths[i] ?? '', i)
      return { differences, stale }
    }
    const places = placesOf(before)
    for (const path of paths) {
      const place = places.get(path)
      places.delete(path)
      if (place === undefined) differences.push({ path, how: 'added' })
      else compareOne(path, place)
    }
    for (const path of places.keys()) differences.push({ path, how: 'removed' })
    return { differences, stale: true }
  }
}

function placesOf(set: FileSet): Map<string, number> {
  return new Map(set.paths.map((path, i) => [path, i]))
}
