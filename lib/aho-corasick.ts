/**
 * Finds many words in bytes in one pass, in time that does not depend on how the words overlap (Aho, Corasick 1975).
 *
 * A state is the longest beginning of a word that ends at the byte read last; state 0 is none. States are numbered by
 * length, and those that one leads to follow one another, by their bytes. So a state is four numbers, and no table of
 * 256 bytes: words of 64 KiB make a few megabytes.
 */
export class AhoCorasick {
  /** The first state that each leads to; those up to the first of the next one are its own. */
  readonly #next: Int32Array
  /** The byte that leads to a state. */
  readonly #byte: Uint8Array
  /** The state of the longest shorter beginning that ends there as well. */
  readonly #fallback: Int32Array
  /** The length of the longest word that ends there, in bytes; 0: none does. */
  readonly #word: Int32Array
  readonly #length: Int32Array

  constructor(words: readonly Buffer[]) {
    const sorted = words.filter(word => word.length > 0).sort(Buffer.compare)
    const most = sorted.reduce((sum, word) => sum + word.length, 1)
    this.#next = new Int32Array(most + 1)
    this.#byte = new Uint8Array(most)
    this.#fallback = new Int32Array(most)
    this.#word = new Int32Array(most)
    this.#length = new Int32Array(most)
    this.#build(sorted)
  }

  /** The state after one more byte. */
  step(state: number, byte: number): number {
    for (let from = state; ; from = this.#fallback[from] ?? 0) {
      const next = this.#child(from, byte)
      if (next !== 0 || from === 0) return next
    }
  }

  /** The length of the longest word that ends where this state was reached; 0: none does. */
  wordAt(state: number): number {
    return this.#word[state] ?? 0
  }

  /** The length of the longest beginning of a word that ends there and is not all of that word. */
  unfinishedAt(state: number): number {
    let from = state
    while (from !== 0 && this.#next[from] === this.#next[from + 1]) from = this.#fallback[from] ?? 0
    return this.#length[from] ?? 0
  }

  /** Those that a state leads to begin alike, so they are neighbours in the sorted words. */
  #build(sorted: readonly Buffer[]): void {
    const first = new Int32Array(this.#byte.length)
    const behind = new Int32Array(this.#byte.length)
    behind[0] = sorted.length
    let count = 1
    for (let state = 0; state < count; state++) {
      const length = this.#length[state] ?? 0
      this.#next[state] = count
      this.#next[state + 1] = count
      for (let at = first[state] ?? 0; at < (behind[state] ?? 0); at++) {
        const word = sorted[at]
        const byte = word?.[length]
        if (word === undefined || byte === undefined) continue // it ends here
        if (count === this.#next[state] || this.#byte[count - 1] !== byte) {
          const fallback = state === 0 ? 0 : this.step(this.#fallback[state] ?? 0, byte)
          this.#byte[count] = byte
          this.#length[count] = length + 1
          this.#fallback[count] = fallback
          this.#word[count] = word.length === length + 1 ? word.length : (this.#word[fallback] ?? 0)
          first[count++] = at
          this.#next[state + 1] = count
        }
        behind[count - 1] = at + 1
      }
    }
  }

  /** 0: there is none. */
  #child(state: number, byte: number): number {
    let low = this.#next[state] ?? 0
    let high = (this.#next[state + 1] ?? 0) - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = this.#byte[middle] ?? 0
      if (found === byte) return middle
      if (found < byte) low = middle + 1
      else high = middle - 1
    }
    return 0
  }
}
