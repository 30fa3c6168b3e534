import type { Clock } from '../../../lib/clock.ts'
import { type Refusal, refuse } from '../outcome.ts'
import { Attempts } from './attempts.ts'

/** Failures that cost nothing: of one name from one address, and of all names from there. */
const free = { pair: 5, address: 30 }
const keys = 20_000

/**
 * How often somebody may be wrong. All that is counted is counted for an address, so that nobody who tries a name from
 * theirs keeps anybody else out; what they gain by many addresses is few attempts from each.
 */
export class SignInLimits {
  readonly #pairs: Attempts
  readonly #addresses: Attempts

  constructor(clock: Clock) {
    this.#pairs = new Attempts(clock, { free: free.pair, keys })
    this.#addresses = new Attempts(clock, { free: free.address, keys })
  }

  /**
   * Begins an attempt in a client where the user has signed in before: it waits for its own failures alone, whatever others
   * at its address do.
   */
  beginKnown(device: string): Attempt | Refusal {
    const key = `device ${device}`
    const wait = this.#pairs.begin(key)
    if (wait > 0) return tooMany(wait)
    return new Attempt(
      () => this.#pairs.forget(key),
      () => this.#pairs.takeBack(key),
    )
  }

  /** Begins any other attempt; a refusal says how long to wait before it. */
  begin(address: string, name: string): Attempt | Refusal {
    const pair = `${name.toLowerCase()} ${address}`
    const wait = this.#addresses.begin(address)
    if (wait > 0) return tooMany(wait)
    const pairWait = this.#pairs.begin(pair)
    if (pairWait > 0) {
      // It was no attempt: nothing was tried.
      this.#addresses.takeBack(address)
      return tooMany(pairWait)
    }
    return new Attempt(
      () => {
        this.#addresses.takeBack(address)
        this.#pairs.forget(pair)
      },
      () => {
        this.#addresses.takeBack(address)
        this.#pairs.takeBack(pair)
      },
    )
  }
}

/** An attempt counts as a failure unless it is said to be none; what is said first counts. */
export class Attempt {
  readonly ok = true
  readonly #onSuccess: () => void
  readonly #onWithdrawal: () => void
  #isSettled = false

  constructor(onSuccess: () => void, onWithdrawal: () => void) {
    this.#onSuccess = onSuccess
    this.#onWithdrawal = onWithdrawal
  }

  succeeded(): void {
    this.#settle(this.#onSuccess)
  }

  /** It came to nothing for another reason. */
  withdrawn(): void {
    this.#settle(this.#onWithdrawal)
  }

  /** Does what was attempted; a mistake of ours, or a store that is busy, is nobody's failure. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.withdrawn()
      throw error
    }
  }

  #settle(how: () => void): void {
    if (this.#isSettled) return
    this.#isSettled = true
    how()
  }
}

function tooMany(wait: number): Refusal {
  const seconds = Math.ceil(wait / 1_000)
  return refuse('too_many_attempts', `too many attempts: try again in ${seconds} s`, {
    headers: { 'retry-after': `${seconds}` },
  })
}
