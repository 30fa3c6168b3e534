const nothing = Buffer.alloc(0)

/** Bytes that come in pieces, copied into one buffer that grows: however small the pieces are, no more is held. */
export class Gathered {
  #buffer: Buffer<ArrayBuffer> = nothing
  #length = 0

  get length(): number {
    return this.#length
  }

  push(part: Uint8Array): void {
    const length = this.#length + part.length
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#buffer.length))
      grown.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = grown
    }
    this.#buffer.set(part, this.#length)
    this.#length = length
  }

  /** All that has come; it begins anew. */
  take(): Buffer<ArrayBuffer> {
    const whole = this.#buffer.subarray(0, this.#length)
    this.#buffer = nothing
    this.#length = 0
    return whole
  }
}
