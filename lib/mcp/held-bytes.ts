/** The room that one message takes, which grows as it comes. */
export type Holding = Disposable & {
  /** Takes so many bytes more; false where there is no room for them. */
  readonly add: (bytes: number) => boolean
}

/**
 * What all messages together take that are being received, or held until they are answered. One who sends may have half of it,
 * so that nobody keeps all others from sending.
 */
export class HeldBytes {
  readonly #most: () => number
  readonly #of = new Map<string, number>()
  #all = 0

  constructor(most: () => number) {
    this.#most = most
  }

  get bytes(): number {
    return this.#all
  }

  hold(holder: string): Holding {
    let held = 0
    const change = (by: number) => {
      const [its, most] = [(this.#of.get(holder) ?? 0) + by, this.#most()]
      if (by > 0 && (this.#all + by > most || its > most / 2)) return false
      held += by
      this.#all += by
      if (its === 0) this.#of.delete(holder)
      else this.#of.set(holder, its)
      return true
    }
    return { add: change, [Symbol.dispose]: () => void change(-held) }
  }
}
