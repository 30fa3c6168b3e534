import { monotonicMs } from '../monotonic.ts'

/** Signals by which people and supervisors ask a program to end. */
const asking = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A repetition within this time is the same request: under npx, Ctrl+C arrives from the terminal and from npm. */
const repetitionMs = 200

/**
 * Turns the signals that ask this process to end into two abort signals: `signal` at the first request, with the name
 * of the signal as its reason, and `urgent` at the second. While it exists, the signals do nothing else.
 */
export class Termination implements Disposable {
  readonly #control = new AbortController()
  readonly #urgent = new AbortController()
  #last = Number.NEGATIVE_INFINITY

  constructor() {
    for (const name of asking) process.on(name, this.#receive)
  }

  get signal(): AbortSignal {
    return this.#control.signal
  }

  get urgent(): AbortSignal {
    return this.#urgent.signal
  }

  /** Asks in the place of a signal. */
  request(reason: unknown): void {
    this.#control.abort(reason)
  }

  [Symbol.dispose](): void {
    for (const name of asking) process.off(name, this.#receive)
  }

  readonly #receive = (name: NodeJS.Signals): void => {
    const now = monotonicMs()
    const repeated = now - this.#last < repetitionMs
    this.#last = now
    if (repeated) return
    if (this.#control.signal.aborted) this.#urgent.abort(name)
    else this.#control.abort(name)
  }
}
