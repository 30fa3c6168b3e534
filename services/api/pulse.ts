/**
 * Remembers that something happened until it is asked, so that nothing is missed between a look and a wait:
 *
 *     for (;;) { if (await look()) return; await pulse.wait(500) }
 *
 * One waiter at a time.
 */
export class Pulse {
  #beaten = false
  #wake: (() => void) | undefined

  readonly beat = (): void => {
    this.#beaten = true
    this.#wake?.()
  }

  /** Resolves at once when it was beaten since the last wait, otherwise at the next beat or after so many milliseconds. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.#beaten)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, milliseconds)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    this.#wake = undefined
    this.#beaten = false
  }

  /** Resolves at once when it was beaten since the last wait, otherwise at the next beat. */
  async next(): Promise<void> {
    if (!this.#beaten)
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    this.#wake = undefined
    this.#beaten = false
  }

  /** Beats when the signal aborts, until disposed. */
  beatOn(signal: AbortSignal): Disposable {
    if (signal.aborted) this.beat()
    else signal.addEventListener('abort', this.beat, { once: true })
    return { [Symbol.dispose]: () => signal.removeEventListener('abort', this.beat) }
  }
}
