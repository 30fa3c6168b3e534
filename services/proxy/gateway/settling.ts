export type SettlingOptions = {
  /** So long nothing has to come, in milliseconds. */
  readonly rest: number
  /** And so long it is waited for that at the most: some who speak never rest. */
  readonly longest: number
}

/** Does something once for all that comes in quick succession. */
export class Settling implements Disposable {
  readonly #settled: () => void
  readonly #options: SettlingOptions
  #since: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(settled: () => void, options: SettlingOptions) {
    this.#settled = settled
    this.#options = options
  }

  touch(): void {
    const { rest, longest } = this.#options
    const now = performance.now()
    this.#since ??= now
    clearTimeout(this.#timer)
    const ms = Math.max(0, Math.min(rest, this.#since + longest - now))
    this.#timer = setTimeout(() => {
      this.#since = undefined
      this.#settled()
    }, ms).unref()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
