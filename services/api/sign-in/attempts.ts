import type { Clock } from '../../../lib/clock.ts'

export type AttemptLimits = {
  /** How many failures cost nothing. */
  readonly free: number
  /** For how many keys failures are known at a time; the one that was tried longest ago gives way. */
  readonly keys: number
}

/** The longest wait, in milliseconds; failures that are older than it after their wait are forgotten. */
const longestWait = 900_000

type Entry = { failures: number; until: number }

/**
 * Counts failures by key, each of which has the next attempt wait longer: 1, 2, 4 … seconds. An attempt counts as failed
 * until it is known not to be, so that many at once are no way around.
 */
export class Attempts {
  readonly #clock: Clock
  readonly #limits: AttemptLimits
  /** In the order in which they were tried last. */
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Clock, limits: AttemptLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Begins an attempt, or tells how long to wait before one, in milliseconds. */
  begin(key: string): number {
    const now = this.#clock.now()
    const before = this.#entryOf(key, now)
    const failures = before.failures + 1
    const waits = before.until > now
    this.#entries.delete(key)
    this.#entries.set(key, waits ? before : { failures, until: now + this.#waitAfter(failures) })
    if (waits) return before.until - now
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.keys) break
      this.#entries.delete(oldest)
    }
    return 0
  }

  /** The attempt that was begun is no failure: nobody waits for its sake, whatever had failed before it. */
  takeBack(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    entry.failures -= 1
    entry.until = this.#clock.now()
    if (entry.failures <= 0) this.#entries.delete(key)
  }

  /** All failures of a key are forgotten. */
  forget(key: string): void {
    this.#entries.delete(key)
  }

  #entryOf(key: string, now: number): Entry {
    const entry = this.#entries.get(key)
    const isFresh = entry !== undefined && now - entry.until < longestWait
    return isFresh ? entry : { failures: 0, until: 0 }
  }

  #waitAfter(failures: number): number {
    const { free } = this.#limits
    return failures < free ? 0 : Math.min(1_000 * 2 ** (failures - free), longestWait)
  }
}
