import { nextMoment, type ProcessView, viewSince } from '../../../lib/processes/process-view.ts'

/** How often what runs is looked at, in milliseconds. */
const everyMs = 1_000

/** What is looked at: given one look at all processes, which serves everybody. */
export type Sampled = (view: ProcessView) => void

/** Looks once a second at what its commands use. Nobody looks while none runs. */
export class Sampler {
  readonly #sampled = new Set<Sampled>()
  readonly #failed: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** Looks until it is disposed of. */
  watch(sampled: Sampled): Disposable {
    this.#sampled.add(sampled)
    this.#timer ??= setInterval(() => this.#look(), everyMs)
    return {
      [Symbol.dispose]: () => {
        this.#sampled.delete(sampled)
        if (this.#sampled.size > 0) return
        clearInterval(this.#timer)
        this.#timer = undefined
      },
    }
  }

  #look(): void {
    try {
      const view = viewSince(nextMoment())
      for (const sampled of this.#sampled) sampled(view)
    } catch (error) {
      this.#failed(error)
    }
  }
}
