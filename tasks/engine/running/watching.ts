import type { Subject } from '../freshness/judge.ts'
import { AbortedError } from './aborted-error.ts'
import type { ServicePool } from './service-pool.ts'

/** When a task of a run was judged, and when it had ended; in milliseconds since 1970. */
export interface Turn {
  readonly began: number
  readonly ended: number | undefined
}

/**
 * One run of a plan whose inputs are watched: it tells whoever watches when its tasks begin and end, and is told which
 * have become stale. Those are aborted, the others that run go on to their end, and nothing new starts.
 */
export class Watching {
  readonly services: ServicePool
  readonly turns = new Map<string, Turn>()
  readonly #begins: (subject: Subject) => void
  readonly #stops = new Map<string, AbortController>()
  readonly #interruption = new AbortController()

  constructor(services: ServicePool, begins: (subject: Subject) => void) {
    this.services = services
    this.#begins = begins
  }

  /** Aborted when a task has become stale. */
  get interruption(): AbortSignal {
    return this.#interruption.signal
  }

  begins(subject: Subject, at: number): void {
    this.turns.set(subject.name, { began: at, ended: undefined })
    this.#begins(subject)
  }

  ends(name: string, at: number): void {
    const turn = this.turns.get(name)
    if (turn !== undefined) this.turns.set(name, { ...turn, ended: at })
    this.#stops.delete(name)
  }

  /** Aborted when this task has become stale. */
  signalOf(name: string): AbortSignal {
    const known = this.#stops.get(name)
    if (known !== undefined) return known.signal
    const stop = new AbortController()
    this.#stops.set(name, stop)
    return stop.signal
  }

  isStale(name: string): boolean {
    return this.#stops.get(name)?.signal.aborted === true
  }

  /** A service is ready: from now on it is stopped only where what it needs has come out otherwise. */
  serves(name: string): void {
    this.#stops.delete(name)
  }

  interrupt(stale: Iterable<string>): void {
    for (const name of stale) this.#stops.get(name)?.abort(new AbortedError('stale', undefined))
    this.#interruption.abort('change')
  }
}
