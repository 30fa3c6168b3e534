/** What a request finds of its limit: how many more may come, and in how many seconds all may again. */
export type RateLimitState = {
  readonly exceeded: boolean
  readonly limit: number
  readonly left: number
  readonly resetSeconds: number
}

/** In milliseconds. */
const span = 60_000

/**
 * Counts requests by who sends them: so many within a minute, which begins with the first. It remembers `most` of them, those
 * whose minute began last, so that a crowd costs a bounded amount of memory.
 */
export class RateLimit {
  readonly #perMinute: number
  readonly #most: number
  readonly #counts = new Map<string, { count: number; until: number }>()

  constructor({ perMinute, most = 10_000 }: { perMinute: number; most?: number }) {
    this.#perMinute = perMinute
    this.#most = most
  }

  /** Takes one of what `key` has left at this instant, in milliseconds. */
  take(key: string, now: number): RateLimitState {
    const window = this.#windowOf(key, now)
    window.count++
    return {
      exceeded: window.count > this.#perMinute,
      limit: this.#perMinute,
      left: Math.max(0, this.#perMinute - window.count),
      resetSeconds: Math.max(1, Math.ceil((window.until - now) / 1_000)),
    }
  }

  #windowOf(key: string, now: number): { count: number; until: number } {
    const present = this.#counts.get(key)
    // A window that ends too late is one of before the clock was set.
    if (present !== undefined && now < present.until && present.until <= now + span) return present
    const window = { count: 0, until: now + span }
    this.#counts.delete(key)
    this.#counts.set(key, window)
    const [oldest] = this.#counts.keys()
    if (this.#counts.size > this.#most && oldest !== undefined) this.#counts.delete(oldest)
    return window
  }

  /** How many it remembers. */
  get size(): number {
    return this.#counts.size
  }
}
