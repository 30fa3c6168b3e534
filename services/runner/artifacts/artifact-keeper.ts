import type { Clock, Stopwatch } from '../../../lib/clock.ts'
import type { RunnerContext } from '../context.ts'
import type { KeyedJobs } from '../keyed-jobs.ts'
import { cautiousClock } from '../sessions/cautious-clock.ts'
import { retainArtifacts } from './retain-artifacts.ts'

/** The pause between two looks, in milliseconds. */
const pauseMs = 600_000

/** Has artifacts removed that are too old or too much, beside all other work. */
export class ArtifactKeeper {
  readonly #context: RunnerContext
  readonly #jobs: KeyedJobs
  readonly #stopwatch: Stopwatch
  readonly #clock: Clock
  #looked = Number.NEGATIVE_INFINITY

  constructor(context: RunnerContext, jobs: KeyedJobs, stopwatch: Stopwatch) {
    this.#context = context
    this.#jobs = jobs
    this.#stopwatch = stopwatch
    this.#clock = cautiousClock(context.clock, stopwatch)
  }

  /** To be called often; looks every few minutes. */
  look(): void {
    const elapsed = this.#stopwatch.elapsed()
    if (elapsed - this.#looked < pauseMs) return
    const began = this.#jobs.start('artifacts', signal => retainArtifacts(this.#context, this.#clock, signal))
    if (began) this.#looked = elapsed
  }
}
