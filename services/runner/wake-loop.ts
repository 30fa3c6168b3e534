/**
 * Calls `pass` now, whenever it is woken, and at least every `everyMs`; never twice at a time. However many wake it
 * during a pass, one more follows. A pass that throws is reported and does not end the loop.
 */
export class WakeLoop implements AsyncDisposable {
  readonly #pass: () => Promise<void>
  readonly #everyMs: number
  readonly #failed: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(pass: () => Promise<void>, everyMs: number, failed: (error: unknown) => void) {
    this.#pass = pass
    this.#everyMs = everyMs
    this.#failed = failed
    this.wake()
  }

  wake(): void {
    if (this.#closed) return
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#running = this.#run()
  }

  /** No pass begins any more; resolves when the present one has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
  }

  async #run(): Promise<void> {
    do {
      this.#again = false
      try {
        await this.#pass()
      } catch (error) {
        this.#failed(error)
      }
    } while (this.#again && !this.#closed)
    this.#running = undefined
    if (!this.#closed) this.#timer = setTimeout(() => this.wake(), this.#everyMs)
  }
}
