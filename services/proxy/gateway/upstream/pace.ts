import { setTimeout as delay } from 'node:timers/promises'

/** What may be read of one server within a second: so many messages, and so many bytes, of which each message has some. */
const perSecond = { messages: 2_000, bytes: 33_554_432 }

/**
 * How fast a server is listened to. One that sends more than anybody could want is read no faster, and so waits itself:
 * it takes neither the time of others nor memory.
 */
export class Pace {
  readonly #now: () => number
  #began = Number.NEGATIVE_INFINITY
  #messages = 0
  #bytes = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Counts a message; resolves with when it may be read, and is undefined where that is now. */
  take(bytes: number): Promise<void> | undefined {
    const now = this.#now()
    if (now - this.#began >= 1_000) {
      this.#began = now
      this.#messages = 0
      this.#bytes = 0
    }
    this.#messages += 1
    this.#bytes += bytes
    const isWithin = this.#messages <= perSecond.messages && this.#bytes <= perSecond.bytes
    // One that is longer than the rest of the second comes at its end, and no second has none.
    return isWithin || this.#messages === 1 ? undefined : delay(Math.max(1, this.#began + 1_000 - now))
  }
}
