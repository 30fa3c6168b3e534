import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { nearest } from '../../../lib/suggest.ts'
import { namesShown } from './names-shown.ts'

/** Between the files of a worktree as the contract names them and as an adapter does. */
export class WorktreePaths {
  readonly top: string
  readonly #shows: (path: string) => boolean

  /** `top`: symbolic links resolved. `shows`: whether who asks may see a file, by its path without symbolic links. */
  constructor(top: string, shows: (path: string) => boolean) {
    this.top = top
    this.#shows = shows
  }

  /** Whether two names, as the contract has them, are of one file. */
  async same(one: string, other: string): Promise<boolean> {
    if (one === other) return true
    try {
      return (await realpath(this.absolute(one))) === (await realpath(this.absolute(other)))
    } catch {
      return false
    }
  }

  /** Whether a file, by its absolute path, lies below the top in truth. */
  async holds(path: string): Promise<boolean> {
    const place = await realpath(path).catch(() => undefined)
    return place?.startsWith(this.top + sep) === true
  }

  absolute(file: string): string {
    return resolve(this.top, file)
  }

  /** A text in which files below the top are named relative to it. */
  inText(text: string): string {
    return text.replaceAll(this.top + sep, '')
  }

  /** Relative to the top where the file lies below by its name; null where it is no file. */
  named(path: string | undefined): string | null {
    if (path === undefined || !isAbsolute(path)) return null
    return path.startsWith(this.top + sep) ? relative(this.top, path) : path
  }

  /** Relative to the top where the file lies below, by its name or in truth; null where it is no file. */
  async told(path: string | undefined): Promise<string | null> {
    const named = this.named(path)
    if (named === null || path === undefined || named !== path) return named
    const real = await realpath(path).catch(() => path)
    return real.startsWith(this.top + sep) ? relative(this.top, real) : path
  }

  /** Why there can be no breakpoint in this file; undefined where there can. */
  async missing(file: string): Promise<string | undefined> {
    const path = this.absolute(file)
    const place = await realpath(path).catch(() => undefined)
    if (place !== undefined && this.#shows(place))
      return (await stat(place)).isFile() ? undefined : 'is no file'
    const meant = nearest(basename(path), await namesShown(dirname(path), this.#shows))
    const hint = meant === undefined ? '' : `; did you mean ${join(dirname(file), meant)}?`
    return `no such file in the worktree${hint}`
  }
}
