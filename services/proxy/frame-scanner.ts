/**
 * Follows the frames of one direction of a WebSocket (RFC 6455, section 5.2) without touching them, to know where one
 * ends: only there can a frame of ours go between.
 */
export class FrameScanner {
  /** The bytes of a header that has not arrived whole. */
  #header: number[] = []
  #payloadLeft = 0

  get atBoundary(): boolean {
    return this.#header.length === 0 && this.#payloadLeft === 0
  }

  push(chunk: Buffer): void {
    let position = 0
    while (position < chunk.length) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, chunk.length - position)
        this.#payloadLeft -= skipped
        position += skipped
        continue
      }
      // Most frames are short and arrive whole.
      const second = chunk[position + 1] ?? 127
      const after = position + (second & 0x80 ? 6 : 2)
      if (this.#header.length === 0 && (second & 0x7f) < 126 && after <= chunk.length) {
        this.#payloadLeft = second & 0x7f
        position = after
        continue
      }
      this.#header.push(chunk[position] ?? 0)
      position++
      if (this.#header.length === headerLength(this.#header)) {
        this.#payloadLeft = payloadLength(this.#header)
        this.#header = []
      }
    }
  }
}

function headerLength(header: readonly number[]): number | undefined {
  const second = header[1]
  if (second === undefined) return undefined
  const length = second & 0x7f
  const extended = length === 127 ? 8 : length === 126 ? 2 : 0
  return 2 + extended + (second & 0x80 ? 4 : 0)
}

function payloadLength(header: readonly number[]): number {
  const length = (header[1] ?? 0) & 0x7f
  if (length < 126) return length
  const extended = header.slice(2, length === 126 ? 4 : 10)
  return extended.reduce((value, byte) => value * 256 + byte, 0)
}

/** A close frame as a server sends it, its status 1001: going away. */
export function goingAway(reason: string): Buffer {
  const text = Buffer.from(reason)
  return Buffer.concat([Buffer.from([0x88, 2 + text.length, 1001 >> 8, 1001 & 0xff]), text])
}
