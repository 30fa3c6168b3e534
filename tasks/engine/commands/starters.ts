import { resolve } from 'node:path'
import { pidMoment } from '../../../lib/processes/pid-sequence.ts'
import { type ProcessScope, scopeVariable } from '../../../lib/processes/process-scope.ts'
import type { Sentinel } from '../../../lib/processes/sentinel.ts'
import type { CommandRequest } from './frame.ts'
import type { StartedCommand } from './started-command.ts'
import { Starter } from './starter.ts'

/** A command that takes longer gains nothing. */
const shortMs = 250
/** So many short commands are started before one starter is: it takes as long as one or two of them. */
const lowestPrice = 4
const highestPrice = 64
/** One that has served so many commands was worth its price. */
const worthwhile = 16
/** How long those that were killed are waited for. */
const killedMs = 1_000
const defaultLookMs = 2_000

export interface StartersSetting {
  /** How many there are at most. */
  readonly limit: number
  /** What commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly sentinel: Sentinel | undefined
  readonly perl?: string
  /** How often they are looked at, in milliseconds. One that is stopped for so long is given up. */
  readonly lookMs?: number
}

/**
 * The starters of one run. There is none before a few short commands have ended, and never more than commands went on at
 * once. What they cannot do, or nobody is free for, is left to whoever asks.
 *
 * A starter whose command may have left somebody behind is not used again. Where that happens all the time they become dear,
 * so that it costs next to nothing.
 */
export class Starters implements AsyncDisposable {
  readonly #setting: StartersSetting
  readonly #all = new Set<Starter>()
  /** Those that were stopped when they were looked at last. */
  #stopped = new Set<Starter>()
  #looking: NodeJS.Timeout | undefined
  /** Short commands that no starter was begun for. */
  #credit = 0
  #price = lowestPrice
  #limit: number

  constructor(setting: StartersSetting) {
    this.#setting = setting
    this.#limit = process.platform === 'linux' ? setting.limit : 0
  }

  /** Undefined where it is to be started otherwise. Throws where the scope has ended. */
  start(scope: ProcessScope, request: CommandRequest): StartedCommand | undefined {
    const starter = this.#idle()
    if (starter === undefined) this.#begin()
    const since = starter && pidMoment()
    if (starter === undefined || since === undefined) return undefined
    const changes = { ...request.changes }
    changes[scopeVariable] = scope.marks(
      scopeVariable in changes ? changes[scopeVariable] : this.#setting.environment[scopeVariable],
    )
    return starter.start(scope, { ...request, cwd: resolve(request.cwd), changes }, since)
  }

  /** A command that could be started here has ended, after so long. */
  noticed(durationMs: number): void {
    if (durationMs <= shortMs) this.#credit++
  }

  /** For when all commands have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#limit = 0
    clearInterval(this.#looking)
    if (this.#all.size === 0) return
    for (const starter of this.#all) starter.kill()
    let late: NodeJS.Timeout | undefined
    const gone = Promise.all(Array.from(this.#all, starter => starter.gone))
    await Promise.race([gone, new Promise(resolve => (late = setTimeout(resolve, killedMs)))])
    clearTimeout(late)
  }

  #idle(): Starter | undefined {
    for (const starter of this.#all) if (starter.kind === 'idle') return starter
    return undefined
  }

  #begin(): void {
    if (this.#all.size >= this.#limit || this.#credit < this.#price) return
    const { environment, sentinel, perl = '/usr/bin/perl', lookMs = defaultLookMs } = this.#setting
    this.#credit -= this.#price
    sentinel?.watch()
    const marks = [environment[scopeVariable], sentinel?.mark].filter(Boolean).join(':')
    try {
      const starter = new Starter({ perl, environment, marks })
      this.#all.add(starter)
      void starter.gone.then(() => this.#remove(starter))
    } catch {
      this.#limit = 0 // the system has no room for it
    }
    this.#looking ??= setInterval(() => this.#look(), lookMs).unref()
  }

  #remove(starter: Starter): void {
    this.#all.delete(starter)
    const { served } = starter
    if (served === undefined) this.#limit = 0
    else this.#price = served < worthwhile ? Math.min(2 * this.#price, highestPrice) : lowestPrice
  }

  /** Who waits for a command would wait as long as its starter is stopped. */
  #look(): void {
    const stopped = [...this.#all].filter(starter => starter.isStopped)
    for (const starter of stopped) if (this.#stopped.has(starter)) starter.kill()
    this.#stopped = new Set(stopped)
  }
}
