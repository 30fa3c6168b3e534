import { outputOf } from '../../../lib/outputs.ts'
import type { Sentinel } from '../../../lib/processes/sentinel.ts'
import type { Termination } from '../../../lib/processes/termination.ts'
import { UserError } from '../../../lib/user-error.ts'
import { nodeOf } from '../../engine/graph.ts'
import { ServicePool } from '../../engine/running/service-pool.ts'
import { type Turn, Watching } from '../../engine/running/watching.ts'
import type { Masker } from '../../engine/secrets/masker.ts'
import {
  type FileChange,
  granularityMs,
  noticedWithinMs,
  tasksTouchedBy,
  withDependents,
} from '../../engine/watching/stale-tasks.ts'
import { Strikes } from '../../engine/watching/strikes.ts'
import { oneRun, type Setting } from '../one-run.ts'
import { IdleServices } from './idle-services.ts'
import { changedText, ownDoingText, watchingText } from './watch-text.ts'
import { WatchedFiles } from './watched-files.ts'
import { wouldRun } from './would-run.ts'

export interface SessionOptions {
  readonly first: Setting
  /** Plans anew, with what is remembered by then. */
  readonly again: () => Promise<Setting>
  readonly taskfiles: readonly string[]
  readonly termination: Termination
  readonly sentinel: Sentinel
  readonly masker: Masker
  /** When what was loaded was read, in milliseconds since 1970. */
  readonly loadedAt: number
  /** How often in a row the tasks themselves have changed the Taskfile, or undefined where no watch went before. */
  readonly restarts: number | undefined
}

/** Why a watch is over: it is to end, or to go on with the Taskfile as it is now. */
export type SessionEnd = { readonly kind: 'ended' } | { readonly kind: 'restart'; readonly restarts: number }

/** More restarts in a row that come from the tasks themselves are not made. */
const mostRestarts = 5

/**
 * Runs a plan, waits for changes of what its tasks come from, and runs it again. What a change makes stale is aborted, and
 * the next run begins when all else that runs has come to its end. Services go on from run to run.
 *
 *     running → waiting → running …
 *     running or waiting → ended | restart
 */
export class WatchSession {
  readonly #options: SessionOptions
  readonly #files: WatchedFiles
  readonly #services = new ServicePool()
  readonly #idle: IdleServices
  readonly #strikes = new Strikes()
  readonly #ownDoing = new Set<string>()
  #setting: Setting
  #running: Watching | undefined
  #turns: ReadonlyMap<string, Turn> = new Map()
  #began: number
  #ended = Number.POSITIVE_INFINITY
  #wasInterrupted = false
  #pending: FileChange[] = []
  #newSource: { readonly path: string; readonly inRun: boolean } | undefined
  #fault: { readonly error: unknown } | undefined
  #wake = Promise.withResolvers<void>()

  constructor(options: SessionOptions) {
    const { first, taskfiles, loadedAt, termination, masker } = options
    this.#options = options
    this.#setting = first
    this.#began = loadedAt
    this.#files = new WatchedFiles(first, {
      taskfiles,
      changed: changes => this.#notice(changes),
      failed: error => {
        this.#fault ??= { error }
        this.#wake.resolve()
      },
    })
    const { root } = first.workplace
    this.#idle = new IdleServices({ root, masker, style: first.style, quiet: this.#isQuiet })
    termination.signal.addEventListener('abort', () => this.#wake.resolve(), { once: true })
  }

  /** Ends when it is told to. Throws a UserError where the first run cannot begin, or nothing can be watched any more. */
  async run(): Promise<SessionEnd> {
    try {
      await this.#files.watch(this.#began)
      for (;;) {
        if (this.#newSource === undefined) await this.#runOnce()
        await this.#files.watch(this.#began)
        const end = await this.#untilNextRun()
        if (end !== undefined) return end
        this.#setting = await this.#planAgain()
      }
    } finally {
      await this.#services.endAll()
      await this.#idle.close()
      await this.#files.close()
    }
  }

  async #runOnce(): Promise<void> {
    const { termination, sentinel, masker, restarts } = this.#options
    this.#strikes.next(this.#turns.keys())
    this.#pending = []
    const watching = new Watching(this.#services, subject => this.#files.learn(subject))
    const isFirst = this.#turns.size === 0 && restarts === undefined
    this.#turns = watching.turns
    this.#running = watching
    this.#began = Date.now()
    await this.#idle.close()
    try {
      await oneRun(this.#setting, { termination, sentinel, masker, watching })
    } catch (error) {
      if (isFirst || !(error instanceof UserError)) throw error
      outputOf('stderr').write(`${error.toText()}\n`)
    }
    this.#running = undefined
    this.#ended = Date.now()
    this.#services.listener = this.#idle.open()
    this.#wasInterrupted = watching.interruption.aborted
  }

  /** Waits until there is a reason to run again; tells where there is none any more. */
  async #untilNextRun(): Promise<SessionEnd | undefined> {
    let wasInterrupted = this.#wasInterrupted
    for (let told = false; ; ) {
      if (this.#options.termination.signal.aborted) return { kind: 'ended' }
      if (this.#fault !== undefined) throw this.#fault.error
      const restart = this.#restart()
      if (restart !== undefined) return restart
      const changes = this.#pending.splice(0)
      const reason = wasInterrupted ? changes.map(({ path }) => path) : await this.#reasonToRun(changes)
      if (reason.length > 0) {
        this.#say(changedText([...new Set(reason)]))
        return undefined
      }
      wasInterrupted = false
      if (!told) this.#say(watchingText(this.#files.count, this.#setting.plan.steps.length))
      told = true
      if (this.#pending.length === 0) await this.#wake.promise
      this.#wake = Promise.withResolvers()
    }
  }

  #restart(): SessionEnd | undefined {
    const source = this.#newSource
    if (source === undefined) return undefined
    const restarts = source.inRun ? (this.#options.restarts ?? 0) + 1 : 0
    this.#newSource = undefined
    if (restarts > mostRestarts) {
      this.#files.acceptSource(source.path)
      this.#sayOnce('the Taskfile', [source.path])
      return undefined
    }
    this.#say(changedText([source.path]))
    return { kind: 'restart', restarts }
  }

  /** Files have changed: while a run goes on, what comes from them is stale. */
  #notice(changes: readonly FileChange[]): void {
    const stale = new Set<string>()
    for (const change of changes) {
      const { path } = change
      const inRun = this.#isInRun(change)
      // Before the first run what changed is not what was loaded, whatever it was then.
      if (this.#files.isNewSource(path) || (this.#turns.size === 0 && this.#files.isSource(path))) {
        this.#newSource = { path, inRun }
        for (const name of this.#tasksFrom(path)) stale.add(name)
      }
      for (const name of this.#touchedBy(change)) {
        if (!inRun) continue
        this.#strikes.hit(name)
        // What a task makes for itself is compared when it is done.
        if (!this.#files.makes(name, path) && this.#strikes.interrupts(name)) stale.add(name)
      }
    }
    this.#pending.push(...changes)
    if (stale.size > 0 || this.#newSource !== undefined)
      this.#running?.interrupt(withDependents(this.#setting.plan, stale))
    this.#wake.resolve()
  }

  /** The files for which a task would run now, which has not run since they changed. */
  async #reasonToRun(changes: readonly FileChange[]): Promise<readonly string[]> {
    const touched = new Map<string, FileChange[]>()
    for (const change of changes)
      for (const name of this.#touchedBy(change)) touched.set(name, [...(touched.get(name) ?? []), change])
    if (touched.size === 0) return []
    const isStale = await wouldRun(await this.#planAgain())
    const reasons = new Set<string>()
    for (const [name, files] of touched) {
      if (!isStale(name, files)) continue
      const paths = files.map(({ path }) => path)
      if (files.every(change => this.#isInRun(change)) && this.#strikes.isOwnDoing(name))
        this.#sayOnce(name, paths)
      else for (const path of paths) reasons.add(path)
    }
    return [...reasons]
  }

  /** What is forced, or taken from an earlier run, is so in the first run alone. */
  async #planAgain(): Promise<Setting> {
    const { resumed: _, ...setting } = await this.#options.again()
    return { ...setting, flags: { ...setting.flags, force: false } }
  }

  #touchedBy(change: FileChange): readonly string[] {
    return tasksTouchedBy(change, {
      turns: this.#turns,
      owners: this.#files.owners,
      tasksOf: path => this.#files.tasksOf(path),
      inRun: this.#isInRun(change),
    })
  }

  /** The tasks of the run that come from a module; of commands, and tasks that always run, that is not known. */
  #tasksFrom(path: string): readonly string[] {
    const { graph, workplace } = this.#setting
    return [...this.#turns.keys()].filter(name => {
      const { options, modules } = nodeOf(graph, name).task
      if (modules.length === 0) return typeof options.run === 'function' || this.#files.isTaskfile(path)
      return workplace.sources.filesOf(modules).some(file => this.#files.isSame(file.path, path))
    })
  }

  #isInRun({ at, removed }: FileChange): boolean {
    if (this.#running !== undefined) return true
    return at <= this.#ended + (removed ? noticedWithinMs : granularityMs)
  }

  get #isQuiet(): boolean {
    const screen = this.#options.first.flags.reporters.find(({ file }) => file === undefined)
    return screen?.name === 'json' || screen?.name === 'junit'
  }

  #sayOnce(task: string, paths: readonly string[]): void {
    if (this.#ownDoing.has(task)) return
    this.#ownDoing.add(task)
    this.#say(ownDoingText(task, paths))
  }

  #say(text: string): void {
    if (!this.#isQuiet) outputOf('stderr').write(`${this.#setting.style.dim(text)}\n`)
  }
}
