import { abortable } from '../abortable.ts'

/** How many fetches that are over are remembered. Whoever asks for one that was forgotten has another. */
const mostRemembered = 1_000

type Fetch<T> = {
  readonly began: number
  readonly outcome: Promise<T>
  /** Ends it. */
  readonly ending: AbortController
  waiting: number
  over: boolean
}

/**
 * Fetches into places, each shared by all who can do with it, and ended when none of them waits for it any more.
 *
 *     under way → over, and remembered for those who come later
 *         └─────→ ended, when nobody waits
 */
export class SharedFetches<T> {
  readonly #now: () => number
  readonly #most: number
  /** The last one into each place, those begun last at the end. */
  readonly #last = new Map<string, Fetch<T>>()

  constructor(now: () => number, most = mostRemembered) {
    this.#now = now
    this.#most = most
  }

  /**
   * One that began after `since` will do, if not after now: then the clock was set back, and it may have begun at any time.
   * `holds`: whether what came of it is so still. Where none does, another begins when that one is over. Rejects with the
   * signal's reason as soon as that is aborted.
   */
  async obtain(
    place: string,
    since: number,
    { begin, holds }: { begin: (signal: AbortSignal) => Promise<T>; holds: (outcome: T) => boolean },
    signal: AbortSignal,
  ): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      const last = this.#last.get(place)
      if (last === undefined) break
      if (last.began > since && last.began <= this.#now()) {
        const outcome = await this.#join(place, last, signal)
        if (holds(outcome)) return outcome
      } else await abortable(Promise.allSettled([last.outcome]), signal)
      // Another caller may have begun one meanwhile.
      if (this.#last.get(place) === last) break
    }
    return await this.#join(place, this.#begin(place, begin), signal)
  }

  #begin(place: string, begin: (signal: AbortSignal) => Promise<T>): Fetch<T> {
    const ending = new AbortController()
    const fetch: Fetch<T> = {
      began: this.#now(),
      outcome: begin(ending.signal),
      ending,
      waiting: 0,
      over: false,
    }
    fetch.outcome
      .finally(() => {
        fetch.over = true
        this.#forgetOldest()
      })
      .catch(() => this.#forget(place, fetch))
    this.#last.delete(place)
    this.#last.set(place, fetch)
    return fetch
  }

  async #join(place: string, fetch: Fetch<T>, signal: AbortSignal): Promise<T> {
    fetch.waiting++
    try {
      return await abortable(fetch.outcome, signal)
    } finally {
      fetch.waiting--
      if (fetch.waiting === 0 && !fetch.over) {
        this.#forget(place, fetch)
        fetch.ending.abort(new Error('nobody waits for this fetch any more'))
      }
    }
  }

  #forget(place: string, fetch: Fetch<T>): void {
    if (this.#last.get(place) === fetch) this.#last.delete(place)
  }

  #forgetOldest(): void {
    for (const [place, { over }] of this.#last) {
      if (this.#last.size <= this.#most) return
      if (over) this.#last.delete(place)
    }
  }
}
