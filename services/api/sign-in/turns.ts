import { Tally } from '../../../lib/tally.ts'

export type TurnLimits = {
  /** How much is done at a time. */
  readonly atOnce: number
  /** How much of one key may be waiting or be done, and of all together. */
  readonly perKey: number
  readonly total: number
}

/**
 * Does costly work a little at a time. Each key has a share that no other can take: who asks for much waits for
 * themselves, or is refused.
 */
export class Turns {
  readonly #limits: TurnLimits
  readonly #shares = new Tally<string>()
  readonly #waiting: (() => void)[] = []
  #total = 0
  #busy = 0

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /** Does the work when it is its turn; undefined where there is too much already. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> | undefined {
    if (this.#shares.of(key) >= this.#limits.perKey || this.#total >= this.#limits.total) return undefined
    this.#shares.add(key)
    this.#total++
    return this.#do(key, work)
  }

  async #do<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy < this.#limits.atOnce) this.#busy++
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#busy--
      else next()
      this.#total--
      this.#shares.drop(key)
    }
  }
}
