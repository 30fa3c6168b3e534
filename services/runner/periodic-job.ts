import type { Stopwatch } from '../../lib/clock.ts'
import type { KeyedJobs } from './keyed-jobs.ts'

export type PeriodicJobOptions = {
  /** Under which it is one of the jobs. */
  readonly key: string
  /** The pause between the beginnings of two, in milliseconds. */
  readonly pauseMs: number
  readonly work: (signal: AbortSignal) => Promise<void>
}

/** Upkeep that is done now and then, beside all other work, and never twice at a time. */
export class PeriodicJob {
  readonly #jobs: KeyedJobs
  readonly #stopwatch: Stopwatch
  readonly #options: PeriodicJobOptions
  #began = Number.NEGATIVE_INFINITY

  constructor(jobs: KeyedJobs, stopwatch: Stopwatch, options: PeriodicJobOptions) {
    this.#jobs = jobs
    this.#stopwatch = stopwatch
    this.#options = options
  }

  /** To be called often. */
  look(): void {
    const { key, pauseMs, work } = this.#options
    const elapsed = this.#stopwatch.elapsed()
    if (elapsed - this.#began >= pauseMs && this.#jobs.start(key, work)) this.#began = elapsed
  }
}
