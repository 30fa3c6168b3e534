import { posix } from 'node:path'
import { baseOf, isGlob, matcherOf, plainPath, skipped } from '../files/find-files.ts'
import type { Input } from '../task.ts'

interface Word {
  readonly takes: boolean
  readonly matches: (path: string) => boolean
}

/** Where files of an input may be, and directories there that are left out elsewhere. */
interface Base {
  readonly path: string
  readonly named: ReadonlySet<string>
}

/** The files among the inputs of one task, as paths that are relative to the root, whether they are there or not. */
export class WatchedInputs {
  readonly bases: readonly Base[]
  /** The same text for the same inputs. */
  readonly key: string
  readonly #words: readonly Word[]

  /** `inputs` are meant from the root, which is an absolute path. */
  constructor(root: string, inputs: readonly Input[]) {
    const bases: Base[] = []
    this.#words = inputs.flatMap((input): Word | readonly [] => {
      if (typeof input === 'object' && 'name' in input) return []
      if (typeof input === 'string' && input.startsWith('!'))
        return { takes: false, matches: matcherOf(fromRoot(root, input.slice(1))) }
      const text = typeof input === 'string' ? input : 'glob' in input ? input.glob : input.file
      const path = fromRoot(root, text)
      const asGlob = typeof input === 'string' ? isGlob(text) : 'glob' in input
      const base = { path: asGlob ? baseOf(path) : path, named: new Set(path.split('/')) }
      bases.push(base)
      const matches = asGlob ? matcherOf(path) : (file: string) => isWithin(path, file)
      return { takes: true, matches: file => matches(file) && isLookedInto(base, file) }
    })
    this.bases = bases
    this.key = JSON.stringify(inputs.filter(input => typeof input === 'string' || !('name' in input)))
  }

  /** The last word on a file counts. */
  has(path: string): boolean {
    let has = false
    for (const { takes, matches } of this.#words) if (has !== takes && matches(path)) has = takes
    return has
  }
}

/** Relative to the root, even where it is outside of that. */
export function fromRoot(root: string, path: string): string {
  return plainPath(path.startsWith('/') ? posix.relative(root, path) : path)
}

function isWithin(directory: string, path: string): boolean {
  return directory === '' || directory === '.' || path === directory || path.startsWith(`${directory}/`)
}

/** Whether a path below a base, or the directory at that path, is one that a search from the base would find. */
export function isLookedInto({ path, named }: Base, file: string): boolean {
  if (!isWithin(path, file)) return false
  const below = path === '' || path === '.' ? file : file.slice(path.length + 1)
  return below.split('/').every(part => !skipped.has(part) || named.has(part))
}
