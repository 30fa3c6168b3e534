/** What has not been typed yet may be so long, in bytes; what comes then is lost, and told as that. */
const mostPending = 1_048_576
/** What is typed with one call, in bytes. */
const mostAtOnce = 32_768

/**
 * Types keys in their order, one call at a time: what comes meanwhile goes together with the next. What cannot be typed is
 * lost rather than typed twice, and `lost` is called.
 */
export class Typist {
  readonly #type: (keys: Buffer) => Promise<number>
  readonly #lost: () => void
  #pending: Buffer = Buffer.alloc(0)
  #typing: Promise<void> | undefined

  /** `type` resolves with how many bytes were taken. */
  constructor(type: (keys: Buffer) => Promise<number>, lost: () => void) {
    this.#type = type
    this.#lost = lost
  }

  add(keys: Buffer): void {
    if (this.#pending.length + keys.length > mostPending) {
      this.#lost()
      return
    }
    this.#pending = Buffer.concat([this.#pending, keys])
    this.#typing ??= this.#run()
  }

  /** Resolves when everything has been typed, or lost. */
  async settled(): Promise<void> {
    await this.#typing
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) {
      const keys = this.#pending.subarray(0, mostAtOnce)
      try {
        const taken = await this.#type(keys)
        // Meanwhile more has been typed behind them.
        this.#pending = this.#pending.subarray(taken)
      } catch {
        this.#pending = this.#pending.subarray(keys.length)
        this.#lost()
      }
    }
    this.#typing = undefined
  }
}
