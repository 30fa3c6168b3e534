/** How many each of some has; of one that has none nothing is kept. */
export class Tally<Key> {
  readonly #counts = new Map<Key, number>()

  of(key: Key): number {
    return this.#counts.get(key) ?? 0
  }

  /** How many there are that have any. */
  get size(): number {
    return this.#counts.size
  }

  /** Returns how many it has then. */
  add(key: Key): number {
    const count = this.of(key) + 1
    this.#counts.set(key, count)
    return count
  }

  /** Of one that has none, nothing happens. */
  drop(key: Key): void {
    const left = this.of(key) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
  }
}
