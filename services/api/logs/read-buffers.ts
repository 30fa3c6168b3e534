/** Memory to read into. */
export type ReadBuffer = {
  readonly bytes: Buffer
  /** Says that nobody looks at its bytes any more. Where nobody says so, the garbage collector finds out. */
  readonly release: () => void
}

/**
 * Memory that one reader reads into again once what was read has been sent. Anew for each piece it is slow: the system
 * clears every page of it, and the collector, which goes through all of the heap, comes as often as so many bytes are
 * gone. No more is held than was on its way at one time.
 */
export class ReadBuffers {
  readonly #free: Buffer[] = []

  take(length: number): ReadBuffer {
    const kept = this.#free.pop()
    const bytes = kept !== undefined && kept.length >= length ? kept : Buffer.allocUnsafe(length)
    let isReleased = false
    return {
      bytes,
      release: () => {
        if (!isReleased) this.#free.push(bytes)
        isReleased = true
      },
    }
  }
}
