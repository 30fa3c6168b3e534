/** What must not go on at once: each waits until the one before has given its turn back. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  async take(): Promise<Disposable> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    return { [Symbol.dispose]: resolve }
  }
}
