/** What a number of the protocol stands for, as long as the thread that it belongs to stands still. */
export class References<Value> {
  readonly #values = new Map<number, { thread: number; value: Value }>()
  #last = 0

  give(thread: number, value: Value): number {
    const reference = ++this.#last
    this.#values.set(reference, { thread, value })
    return reference
  }

  get(reference: number): Value | undefined {
    return this.#values.get(reference)?.value
  }

  /** A number is never given twice. */
  forget(thread: number): void {
    for (const [reference, kept] of this.#values) if (kept.thread === thread) this.#values.delete(reference)
  }
}
