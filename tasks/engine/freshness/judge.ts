import { UserError } from '../../../lib/user-error.ts'
import type { Change } from '../changes.ts'
import type { FileLook } from '../files/file-look.ts'
import { FileSet } from '../files/file-set.ts'
import type { FileTable } from '../files/file-table.ts'
import { inputsFrom, pathFrom } from '../files/paths-from.ts'
import { FoundFiles, isValue, type NamedValue, taskInputs } from '../files/task-inputs.ts'
import type { TaskRecord } from '../memory/memory.ts'
import { sha256 } from '../sha256.ts'
import type { AnyPlace, AnyResults, Input, Task } from '../task.ts'
import { type Facts, factChanges, factsText, unknownResult } from './facts.ts'
import { isRemembered } from './is-remembered.ts'
import type { OutputOwners } from './output-owners.ts'

/** The look and the digest of no file. */
const nowhere: FileLook = { size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0, kind: 'other' }
const nothing = '0'.repeat(64)

/** Goes into every fingerprint: to be raised when the meaning of what goes in changes. */
const formatVersion = 1

/** What is known of the result of a need, for comparison. */
export interface NeedDigests {
  /** Undefined where the result cannot be stored, and so not be compared. */
  readonly result: string | undefined
  readonly outputs: string
}

/** A task at the moment when all its needs are done. */
export interface Subject {
  readonly name: string
  readonly task: Task
  /** Where it is at home, relative to the root: '' but for mounted tasks. Its paths are relative to that. */
  readonly directory: string
  readonly place: AnyPlace
  /** By the names of the needs. */
  readonly needs: ReadonlyMap<string, NeedDigests>
  /** Asked for only where the inputs depend on them. */
  readonly results: () => AnyResults
}

/** What the result of a task would come from now. */
export interface Present {
  readonly facts: Facts
  /** The files among the inputs. */
  readonly paths: readonly string[]
  /** As declared, in plain form. */
  readonly outputs: readonly string[]
}

export type Judgement =
  /** It names neither inputs nor outputs. */
  | { readonly kind: 'always' }
  /** `refreshed`: the same files with newer looks, to be remembered in their place. */
  | { readonly kind: 'up-to-date'; readonly record: TaskRecord; readonly refreshed: FileSets | undefined }
  | { readonly kind: 'stale'; readonly why: readonly Change[]; readonly present: Present }

/** A task before its needs are done. */
export type Declaring = Omit<Subject, 'needs' | 'results'>

interface FileSets {
  readonly inputs: FileSet
  readonly outputs: FileSet
}

export interface JudgeOptions {
  readonly files: FileTable
  /** What is known of the last successes of tasks. Read when it is asked for: most tasks have not changed. */
  readonly recordsOf: (names: readonly string[]) => ReadonlyMap<string, TaskRecord>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The versions of the tools of a task. */
  readonly toolsOf: (name: string) => Readonly<Record<string, string>>
  readonly sources: Sources
  readonly owners: () => OutputOwners
  readonly host: string
  readonly force: boolean
  /** What must not be stored as it is. */
  readonly secrets?: readonly string[]
}

/** The source of tasks: the modules that declare them, and what those import. */
export interface Sources {
  /** A short name for all these files as they are now; the same for the same content. */
  nameOf(modules: readonly string[]): string
  /** The files that differ between what had this name and now. Undefined where that is not known any more. */
  changesSince(name: string, modules: readonly string[]): readonly string[] | undefined
}

/** Says whether a task is up to date, and if not, why. It looks at files and writes nothing. */
export class Judge {
  readonly files: FileTable
  readonly found: FoundFiles
  readonly #options: JudgeOptions
  readonly #records = new Map<string, TaskRecord | undefined>()

  constructor(options: JudgeOptions) {
    this.#options = options
    this.files = options.files
    this.found = new FoundFiles(options.files)
  }

  judge(subject: Subject): Judgement {
    const { name, task } = subject
    if (!isRemembered(task)) return { kind: 'always' }
    const { force } = this.#options
    const present = this.#present(subject)
    const record = this.record(name)
    if (record === undefined || force) {
      const why: Change[] = record === undefined ? [{ kind: 'never-succeeded' }] : []
      if (force) why.push({ kind: 'forced' })
      return { kind: 'stale', why, present }
    }
    const inputs = this.files.compare(present.paths, record.inputs)
    const why: Change[] = [
      ...(record.valid ? [] : [{ kind: 'unfinished' } as const]),
      ...this.#factChanges(record, present, task),
      ...inputs.differences.map(difference => ({ kind: 'input', ...difference }) as const),
    ]
    if (why.length > 0) return { kind: 'stale', why, present }
    const outputs = this.files.compare(record.outputs.paths, record.outputs, false)
    for (const { path, how } of outputs.differences)
      why.push({ kind: 'output', path, how: how === 'removed' ? 'missing' : 'changed' })
    if (why.length > 0) return { kind: 'stale', why, present }
    const refreshed =
      inputs.stale || outputs.stale
        ? {
            inputs: this.files.take(present.paths, record.inputs),
            outputs: this.files.take(record.outputs.paths, record.outputs, false),
          }
        : undefined
    return { kind: 'up-to-date', record, refreshed }
  }

  /** What is known of the last success of a task. */
  record(name: string): TaskRecord | undefined {
    if (!this.#records.has(name)) this.readRecords([name])
    return this.#records.get(name)
  }

  /** Reads at once what would otherwise be read one by one. */
  readRecords(names: readonly string[]): void {
    const records = this.#options.recordsOf(names)
    for (const name of names) this.#records.set(name, records.get(name))
  }

  /** Throws a UserError for two tasks that declare the same output. */
  refuseCollisions(): void {
    this.#options.owners()
  }

  /** Something newer is known of a task. */
  learn(name: string, record: TaskRecord | undefined): void {
    this.#records.set(name, record)
  }

  /**
   * All that a task declares and depends on beside the content of files and what its needs come to, as a text to be
   * compared. Undefined where that is not known before its needs are done; throws for what cannot be compared.
   */
  declaredText({ name, task, directory, place }: Declaring, needs: readonly string[]): string | undefined {
    const { inputs = [], outputs = [], run } = task.options
    if (typeof inputs === 'function' || typeof outputs === 'function') return undefined
    const values = valuesIn(inputs)
    const facts = this.#otherFacts({ name, task, place }, values)
    const shown = values === none ? inputs : inputs.map(withoutValue)
    return this.#textOf([directory, needs, shown, outputs, typeof run === 'function' ? null : run, facts])
  }

  /** The facts of a task but those of its needs, which stand behind them; of one that has a `declaredText`. */
  declaredFacts({ name, task, directory, place }: Declaring): Facts {
    const { inputs = [], outputs = [] } = task.options
    if (typeof inputs === 'function' || typeof outputs === 'function') return {}
    const paths = outputs.map(output => pathFrom(directory, output))
    return this.#ownFacts({ name, task, place }, paths, valuesIn(inputs))
  }

  /** The inputs as they are now, with their digests. */
  takeInputs(name: string, { paths }: Present): FileSet {
    return this.files.take(paths, this.record(name)?.inputs)
  }

  /**
   * The inputs that a task began with, to be remembered now that it has ended. What differs meanwhile and is none of its
   * outputs is kept so that it is equal to nothing: nobody knows which of both the task has seen.
   */
  settledInputs(subject: Subject, inputs: FileSet, made: readonly string[]): FileSet {
    const own = new Set(made)
    const differing = this.#pathsNow(subject, inputs).filter(path => !own.has(path))
    if (differing.length === 0) return inputs
    const away = new Set(differing)
    const files = [...new Set([...inputs.paths, ...differing])].sort().map(path => {
      const known = away.has(path) ? undefined : this.files.known(path)
      return known ?? { path, look: nowhere, digest: nothing }
    })
    return FileSet.of(files, 0)
  }

  /** The inputs that are not as they were: all of them where they cannot be told any more. */
  #pathsNow(subject: Subject, before: FileSet): readonly string[] {
    try {
      return this.files.compare(this.#present(subject).paths, before).differences.map(({ path }) => path)
    } catch {
      return before.paths
    }
  }

  #factChanges(record: TaskRecord, { facts }: Present, task: Task): Change[] {
    const isSame = JSON.stringify(facts) === record.facts
    const before: Facts = isSame ? facts : JSON.parse(record.facts)
    const changes = isSame ? [] : factChanges(before, facts)
    if (before.sources !== facts.sources) {
      const files = this.#options.sources.changesSince(before.sources ?? '', task.modules)
      if (files === undefined || files.length === 0) changes.push({ kind: 'definition' })
      else changes.push(...files.map(path => ({ kind: 'source', path }) as const))
    }
    // The comparison with what cannot be compared never comes out equal.
    for (const [name, value] of Object.entries(facts))
      if (value.startsWith(`${unknownResult} `) && before[name] === value)
        changes.push({ kind: 'need', name: name.slice('need '.length), what: 'unknown' })
    return changes
  }

  #present(subject: Subject): Present {
    const { name, task, directory, place, needs, results } = subject
    const { options } = task
    const declared = options.inputs ?? []
    const inputs = typeof declared === 'function' ? declared(results(), place) : declared
    const outputs = outputsOf(subject)
    if (typeof options.outputs === 'function') this.#options.owners().claim(name, outputs)
    const { paths, values } = taskInputs(name, inputsFrom(directory, inputs), this.found)
    const facts = this.#ownFacts(subject, outputs, values)
    for (const [need, { result, outputs }] of needs)
      facts[`need ${need}`] = `${result ?? unknownResult} ${outputs}`
    return { facts, paths, outputs }
  }

  /** All but those of its needs, which stand behind them. */
  #ownFacts(
    { name, task, place }: Pick<Subject, 'name' | 'task' | 'place'>,
    outputs: readonly string[],
    values: readonly NamedValue[],
  ): Record<string, string> {
    const { run } = task.options
    const definition = this.#textOf([typeof run === 'function' ? null : run, outputs])
    return { definition, ...this.#otherFacts({ name, task, place }, values) }
  }

  #otherFacts(
    { name, task, place }: Pick<Subject, 'name' | 'task' | 'place'>,
    values: readonly NamedValue[],
  ): Record<string, string> {
    const { options, modules } = task
    const { environment, toolsOf, sources, host } = this.#options
    const facts: Record<string, string> = { host }
    if (modules.length > 0) facts.sources = sources.nameOf(modules)
    for (const [key, value] of Object.entries(place.params)) facts[`param ${key}`] = digestOfValue(value)
    for (const { name, value } of values) facts[`value ${name}`] = digestOfValue(value)
    for (const key of options.env ?? []) facts[`env ${key}`] = digestOfValue(environment[key] ?? null)
    for (const [key, version] of Object.entries(toolsOf(name))) facts[`tool ${key}`] = version
    if (place.rest.length > 0) facts.rest = digestOfValue(place.rest)
    return facts
  }

  /** Readable, unless a secret is in it: facts are stored. */
  #textOf(definition: unknown): string {
    const text = JSON.stringify(definition)
    const isSecret = this.#options.secrets?.some(secret => text.includes(JSON.stringify(secret).slice(1, -1)))
    return isSecret ? sha256(text) : text
  }
}

const none: readonly NamedValue[] = []

function valuesIn(inputs: readonly Input[]): readonly NamedValue[] {
  // Most have none, and nothing is made for them.
  return inputs.some(isValue) ? inputs.filter(isValue) : none
}

/** The value is among the facts. */
function withoutValue(input: Input): unknown {
  return isValue(input) ? { name: input.name } : input
}

/** What a record tells of the result of its task. */
export function digestsOf(record: TaskRecord | undefined): NeedDigests {
  return { result: record?.resultDigest, outputs: record?.outputsDigest ?? '' }
}

/** Relative to the root. */
export function outputsOf({ task, directory, results, place }: Subject): readonly string[] {
  const declared = task.options.outputs ?? []
  const outputs = typeof declared === 'function' ? declared(results(), place) : declared
  return outputs.map(output => pathFrom(directory, output))
}

/** The name of everything that a result came from. */
export function fingerprintOf(name: string, { facts }: Present, inputs: FileSet): string {
  const files = inputs.paths.map((path, i) => [path, inputs.digestAt(i), inputs.kindAt(i)])
  return sha256(JSON.stringify([formatVersion, name, factsText(facts), files]))
}

/** Of a class that JSON would show nothing of, perhaps. */
function isInstance(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== null && prototype !== Object.prototype
}

/** Of a value among the inputs or parameters: what JSON cannot tell apart from something else is refused. */
function digestOfValue(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`
    if (part instanceof Map || part instanceof Set) return [part.constructor.name, ...part]
    if (part instanceof RegExp) return String(part)
    if (typeof part === 'number' && !Number.isFinite(part)) return String(part)
    if (typeof part === 'function' || typeof part === 'symbol' || isInstance(part))
      throw new UserError(
        `${typeof part === 'object' ? 'an object of a class' : `a ${typeof part}`} among the inputs cannot be compared`,
      )
    return part
  })
  return sha256(text ?? 'undefined')
}
