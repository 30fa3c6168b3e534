/** Watches whether a client takes what it asked for. One that takes nothing for so long is given up; to be slow is not enough. */
export class SlowReader {
  readonly #milliseconds: number
  readonly #giveUp: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(milliseconds: number, giveUp: () => void) {
    this.#milliseconds = milliseconds
    this.#giveUp = giveUp
  }

  /** Something waits for it. */
  waits(): void {
    this.#timer ??= setTimeout(() => this.#late(), this.#milliseconds).unref()
  }

  /** Where this process was held up itself, what it has taken meanwhile is told first. */
  #late(): void {
    const timer = this.#timer
    setImmediate(() => {
      if (this.#timer === timer) this.#giveUp()
    })
  }

  /** It has taken all that waited, or has gone. */
  takes(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
