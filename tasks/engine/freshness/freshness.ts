import { relative } from 'node:path'
import { UserError } from '../../../lib/user-error.ts'
import type { OutputCache } from '../cache/output-cache.ts'
import type { Change } from '../changes.ts'
import type { TaskEvent, Trouble } from '../events.ts'
import type { FileSet } from '../files/file-set.ts'
import { plainPath } from '../files/find-files.ts'
import { claimAll, type Wish } from '../memory/claims.ts'
import type { Memory, StoredBytes, TaskRecord } from '../memory/memory.ts'
import { readResult, storeResult } from '../memory/results.ts'
import { pause } from '../running/pause.ts'
import { sha256 } from '../sha256.ts'
import type { Reuse, TaskEnd, TaskState } from '../state.ts'
import type { Task } from '../task.ts'
import { cachedFilesOf } from './cached-files.ts'
import { isRemembered } from './is-remembered.ts'
import {
  digestsOf,
  fingerprintOf,
  type Judge,
  type Judgement,
  type NeedDigests,
  outputsOf,
  type Subject,
} from './judge.ts'
import { madeOutputs } from './made-outputs.ts'
import type { Settlement } from './settlement.ts'

export interface FreshnessOptions {
  readonly judge: Judge
  readonly settlement: Settlement
  readonly memory: Memory
  readonly cache: OutputCache
  /** What is remembered in a directory below the root, where a mounted task is at home. */
  readonly memoryIn: (directory: string) => Memory
  /** Whether anything secret is in what is to be stored. */
  readonly holdsSecret: (value: unknown) => boolean
}

/** What became of a task that is remembered. */
export type Made = { readonly kind: 'reused'; readonly reuse: Reuse } | TaskEnd

export interface Making {
  readonly subject: Subject
  readonly signal: AbortSignal
  readonly tell: (event: TaskEvent) => void
  /** Runs the task; `why` says what is to be told of it. */
  readonly run: (why: readonly Change[]) => Promise<TaskEnd>
}

/** Another process that makes the same is asked this often whether it is done. */
const claimPauseMs = 50

/**
 * Spares tasks their runs: hands on the stored result of one that is up to date, restores one that was made before from
 * the same, and remembers what came of one that had to run. While a task is being made its outputs are claimed, so two
 * `task` processes never write the same; those of a mounted task also where it is at home, for who runs its Taskfile alone.
 */
export class Freshness {
  readonly #options: FreshnessOptions
  readonly #digests = new Map<string, NeedDigests>()
  readonly #held = new Map<string, StoredBytes>()

  constructor(options: FreshnessOptions) {
    this.#options = options
  }

  get judge(): Judge {
    return this.#options.judge
  }

  /** Tasks that are up to date, as is known before anything runs. */
  get settled(): ReadonlySet<string> {
    return this.#options.settlement.names
  }

  /** What is known of the results of tasks that are done, for those that need them. */
  digestsOf(names: readonly string[]): ReadonlyMap<string, NeedDigests> {
    const settled = names.filter(name => !this.#digests.has(name) && this.settled.has(name))
    if (settled.length > 0)
      for (const [name, digests] of this.#options.memory.digests(settled)) this.#digests.set(name, digests)
    return new Map(names.map(name => [name, this.#digests.get(name) ?? digestsOf(undefined)]))
  }

  /** Keeps for the next run which tasks are up to date after this one. */
  settle(states: ReadonlyMap<string, TaskState>): void {
    this.#options.settlement.keep(name => {
      const state = states.get(name)
      return state?.kind === 'succeeded' && state.how !== 'resumed'
    })
  }

  /** The result of a task that did not come from here: those that need it compare it. */
  notice(name: string, task: Task, result: unknown): void {
    // What is known of one that always runs is of a time when it did not.
    const record = isRemembered(task) ? this.judge.record(name) : undefined
    if (record !== undefined) {
      this.#digests.set(name, digestsOf(record))
      return
    }
    const stored = storeResult(result)
    this.#digests.set(name, {
      result: stored.kind === 'bytes' ? sha256(stored.bytes) : undefined,
      outputs: '',
    })
  }

  /** Reads stored results now, for those that may ask for them later, when the memory may have been removed. */
  hold(names: Iterable<string>): void {
    for (const name of names) {
      const stored = this.#options.memory.stored(name)
      if (stored !== undefined) this.#held.set(name, stored)
    }
  }

  /** Something has run: files may be other than they were. */
  ran(): void {
    this.judge.files.mayHaveChanged()
  }

  /** Hands on the stored result of a task that is up to date. */
  reuse(name: string, { record, refreshed }: Judgement & { kind: 'up-to-date' }): Reuse {
    if (refreshed !== undefined) {
      this.#options.memory.refresh(name, refreshed)
      this.judge.learn(name, { ...record, ...refreshed })
    }
    this.#digests.set(name, digestsOf(record))
    return this.reuseSettled(name)
  }

  /** Hands on the stored result of a task that is settled. */
  reuseSettled(name: string): Reuse {
    return new StoredResult('up-to-date', () => this.#stored(name))
  }

  /** Brings a task that is not up to date to its result, by restoring it or by running it. */
  async make(making: Making, first: Judgement & { kind: 'stale' }): Promise<Made> {
    const { subject, signal, tell } = making
    const { name } = subject
    const paths = outputsOf(subject).map(plainPath)
    const claims = paths.length > 0 ? paths : [`task ${this.#options.memory.taskfile} ${name}`]
    using home = subject.directory === '' ? undefined : this.#homeOf(subject, paths)
    const wishes = [{ memory: this.#options.memory, paths: claims }, ...(home ? [home] : [])]
    let claimed = claimAll(name, wishes)
    const waits = claimed.kind === 'taken'
    if (claimed.kind === 'taken') tell({ type: 'task-waits', pid: claimed.pid })
    while (claimed.kind === 'taken') {
      await pause(claimPauseMs, signal)
      if (signal.aborted) return { kind: 'aborted', abandoned: false }
      claimed = claimAll(name, wishes)
    }
    using _ = claimed
    // Awaited here, or the claim would be given back at once.
    return await (waits ? this.#makeAfterAll(making) : this.#make(making, first))
  }

  #homeOf({ directory }: Subject, paths: readonly string[]): Wish & Disposable {
    const memory = this.#options.memoryIn(directory)
    if (this.#options.memory.isWriting) memory.beginWriting()
    return {
      memory,
      paths: paths.map(path => relative(directory, path)),
      [Symbol.dispose]: () => memory.close(),
    }
  }

  /** Another process has made it meanwhile, or has failed to. */
  async #makeAfterAll(making: Making): Promise<Made> {
    const { subject } = making
    this.ran()
    this.judge.learn(subject.name, this.#options.memory.records([subject.name]).get(subject.name))
    const judgement = this.judge.judge(subject)
    switch (judgement.kind) {
      case 'up-to-date':
        this.hold([subject.name])
        return { kind: 'reused', reuse: this.reuse(subject.name, judgement) }
      case 'stale':
        return this.#make(making, judgement)
      case 'always':
        throw new Error(`${subject.name} is made though nothing of it is remembered`)
    }
  }

  async #make(
    { subject, tell, run }: Making,
    { why, present }: Judgement & { kind: 'stale' },
  ): Promise<Made> {
    const { memory, cache, judge } = this.#options
    const { name, task } = subject
    const inputs = judge.takeInputs(name, present)
    const isCached = task.options.cache !== false
    // It names what is kept in the cache; records are compared with all that goes in.
    const fingerprint = isCached ? fingerprintOf(name, present, inputs) : ''
    const isForced = why.some(({ kind }) => kind === 'forced')
    const kept = isCached && memory.isWriting
    const before = judge.record(name)
    if (kept && !isForced) {
      const restored = await cache.restore(fingerprint, {
        root: judge.files.root,
        stale: before?.outputs.paths ?? [],
      })
      if (restored.kind === 'damaged') this.#tell(tell, { kind: 'cache-damaged', path: restored.path })
      if (restored.kind === 'failed') this.#tell(tell, { kind: 'not-restored', why: restored.why })
      if (restored.kind === 'restored') {
        this.ran()
        const outputs = judge.files.take(
          restored.files.map(({ path }) => path),
          undefined,
          false,
        )
        const record = recordOf(
          { fingerprint, present, inputs, outputs, result: restored.result },
          memory.now(),
        )
        this.#keep(name, record, restored.result)
        tell({ type: 'task-restored', why, files: restored.files.length })
        return { kind: 'reused', reuse: new StoredResult('restored', () => restored.result) }
      }
    }
    memory.invalidate(name)
    judge.learn(name, before && { ...before, valid: false })
    if (isCached && isForced) cache.forget(fingerprint)
    const end = await run(why)
    this.ran()
    if (end.kind !== 'succeeded') return end
    const made = madeOutputs(present.outputs, judge.files)
    if (made.kind === 'failed') return made
    const stored = storeResult(end.result)
    if (stored.kind === 'not-storable')
      return {
        kind: 'failed',
        error: new UserError(`its result cannot be stored: ${stored.what}`, {
          fix: 'return plain data, or declare neither inputs nor outputs: such a task always runs',
        }),
      }
    const result = stored.bytes
    const outputs = judge.files.take(made.paths, undefined, false)
    const settled = judge.settledInputs(subject, inputs, made.paths)
    const record = recordOf({ fingerprint, present, inputs: settled, outputs, result }, memory.now())
    if (this.#options.holdsSecret(end.result)) {
      this.#digests.set(name, digestsOf(record))
      return end
    }
    this.#keep(name, record, result)
    // What was made while somebody changed the inputs was not made of these.
    if (kept && settled === inputs) {
      const files = cachedFilesOf(judge.files.root, outputs)
      const put = await cache.store({ fingerprint, task: name, root: judge.files.root, files, result })
      if (put.kind === 'failed') this.#tell(tell, { kind: 'not-cached', why: put.why })
    }
    return end
  }

  #keep(name: string, record: TaskRecord, result: Uint8Array): void {
    this.#digests.set(name, digestsOf(record))
    this.#options.memory.keep(name, record, result)
    this.judge.learn(name, record)
  }

  #stored(name: string): Uint8Array {
    const { memory } = this.#options
    const stored = memory.stored(name) ?? this.#held.get(name)
    const isWhole = stored !== undefined && sha256(stored.result) === stored.digest
    // What was compared by those that need it counts.
    const expected = this.#digests.get(name)?.result ?? this.judge.record(name)?.resultDigest
    if (isWhole && stored.digest === expected) return stored.result
    if (isWhole)
      throw new UserError(`"${name}" has been made anew meanwhile, by another run`, { fix: 'run it again' })
    memory.invalidate(name)
    throw new UserError(`the stored result of "${name}" is gone or damaged`, { fix: 'run it again' })
  }

  #tell(tell: Making['tell'], trouble: Trouble): void {
    tell({ type: 'task-trouble', trouble })
  }
}

/** Read when somebody asks for it. */
class StoredResult implements Reuse {
  readonly how: Reuse['how']
  readonly #bytes: () => Uint8Array
  #read: { readonly result: unknown } | undefined

  constructor(how: Reuse['how'], bytes: () => Uint8Array) {
    this.how = how
    this.#bytes = bytes
  }

  get result(): unknown {
    this.#read ??= { result: readResult(this.#bytes()) }
    return this.#read.result
  }
}

function recordOf(
  { fingerprint, present, inputs, outputs, result }: Ingredients,
  succeededAt: number,
): TaskRecord {
  const digests = outputs.paths.map((path, i) => [path, outputs.digestAt(i), outputs.kindAt(i)])
  return {
    fingerprint,
    // In the order in which they were found, which is that of the next time.
    facts: JSON.stringify(present.facts),
    inputs,
    outputs,
    resultDigest: sha256(result),
    outputsDigest: digests.length === 0 ? '' : sha256(JSON.stringify(digests)),
    succeededAt,
    valid: true,
  }
}

interface Ingredients {
  readonly fingerprint: string
  readonly present: (Judgement & { kind: 'stale' })['present']
  readonly inputs: FileSet
  readonly outputs: FileSet
  readonly result: Uint8Array
}
