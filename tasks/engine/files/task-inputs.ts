import { UserError } from '../../../lib/user-error.ts'
import type { Input } from '../task.ts'
import type { FileTable } from './file-table.ts'
import { filesBelow, filesMatching, isGlob, matcherOf, plainPath } from './find-files.ts'

export interface TaskInputs {
  /** Relative to the root, sorted, each once. */
  readonly paths: readonly string[]
  readonly values: readonly NamedValue[]
}

/** An input that is no file. */
export type NamedValue = Extract<Input, { readonly name: string }>

export const isValue = (input: Input): input is NamedValue => typeof input === 'object' && 'name' in input

/** What was found for a pattern, as long as nothing has run since. Several tasks often share one. */
export class FoundFiles {
  readonly files: FileTable
  readonly #found = new Map<string, { readonly generation: number; readonly paths: readonly string[] }>()

  constructor(files: FileTable) {
    this.files = files
  }

  matching(pattern: string): readonly string[] {
    return this.#remember(`g${pattern}`, () => filesMatching(this.files.root, pattern))
  }

  below(directory: string): readonly string[] {
    return this.#remember(`d${directory}`, () => filesBelow(this.files.root, directory))
  }

  #remember(key: string, find: () => readonly string[]): readonly string[] {
    const known = this.#found.get(key)
    const { generation } = this.files
    if (known?.generation === generation) return known.paths
    const paths = find()
    this.#found.set(key, { generation, paths })
    return paths
  }
}

/**
 * The files and values that a task's inputs are now. Throws a UserError for what names nothing: such a task would never
 * run again because of it, and nobody would notice. The last word on a file counts: `!` takes away what stands before it.
 */
export function taskInputs(task: string, inputs: readonly Input[], found: FoundFiles): TaskInputs {
  const values: NamedValue[] = []
  // One list is what most tasks have; it is in order and without doubles already.
  let only: readonly string[] | undefined
  let set: Set<string> | undefined
  const add = (paths: readonly string[]) => {
    if (set === undefined && only === undefined) {
      only = paths
      return
    }
    set ??= new Set(only)
    for (const path of paths) set.add(path)
  }
  for (const input of inputs) {
    if (isValue(input)) values.push(input)
    else if (typeof input === 'string' && input.startsWith('!')) {
      const away = matcherOf(plainPath(input.slice(1)))
      set ??= new Set(only)
      for (const path of set) if (away(path)) set.delete(path)
    } else add(pathsOf(task, input, found))
  }
  return { paths: set === undefined ? (only ?? []) : [...set].sort(), values }
}

type FileInput = Exclude<Input, NamedValue>

function pathsOf(task: string, input: FileInput, found: FoundFiles): readonly string[] {
  const optional = typeof input === 'object' && input.optional === true
  const text = typeof input === 'string' ? input : 'glob' in input ? input.glob : input.file
  if (text === '') throw new UserError(`an input of "${task}" is an empty text`)
  const path = plainPath(text)
  if (typeof input === 'string' ? isGlob(text) : 'glob' in input) {
    const paths = found.matching(path)
    if (paths.length > 0 || optional) return paths
    throw new UserError(`an input of "${task}" matches no file: ${text}`, {
      fix: 'correct the pattern, or mark it: { glob: "…", optional: true }',
    })
  }
  const look = found.files.look(path)
  if (look?.kind === 'directory') {
    const below = found.below(path)
    if (below.length > 0 || optional) return below
    throw new UserError(`an input of "${task}" is a directory without files: ${text}`)
  }
  if (look !== undefined && look.kind !== 'other') return [path]
  if (optional) return []
  throw new UserError(
    look === undefined
      ? `an input of "${task}" is not there: ${text}`
      : `an input of "${task}" is neither a file nor a directory: ${text}`,
    { fix: 'correct the path, or mark it: { file: "…", optional: true }' },
  )
}
