const nothing = Buffer.alloc(0)

/** Finds a marker in bytes that come in pieces, and holds back what may be its beginning. */
export class MarkerSearch {
  readonly #marker: Buffer
  #held: Buffer = nothing

  constructor(marker: Buffer) {
    this.#marker = marker
  }

  /** What comes before the marker as far as that is known, and once it was found, what comes after. */
  push(bytes: Buffer): { readonly before: Buffer; readonly after?: Buffer } {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    const at = all.indexOf(this.#marker)
    if (at !== -1) {
      this.#held = nothing
      return { before: all.subarray(0, at), after: all.subarray(at + this.#marker.length) }
    }
    const rest = all.length - this.#beginningAtEndOf(all)
    this.#held = all.subarray(rest)
    return { before: all.subarray(0, rest) }
  }

  /** Nothing more comes: what was held back. */
  end(): Buffer {
    const held = this.#held
    this.#held = nothing
    return held
  }

  /** How many bytes at the end are those that the marker begins with. */
  #beginningAtEndOf(bytes: Buffer): number {
    const marker = this.#marker
    for (let length = Math.min(bytes.length, marker.length - 1); length > 0; length--) {
      if (bytes.subarray(bytes.length - length).equals(marker.subarray(0, length))) return length
    }
    return 0
  }
}
