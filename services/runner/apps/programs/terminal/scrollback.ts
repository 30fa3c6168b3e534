import { type Modes, modesAfter, modesAsText } from './modes.ts'
import { replayed } from './replayed.ts'
import { sequences } from './sequences.ts'

/**
 * The end of what a program has written to its terminal, by the offset of each byte since its beginning. It keeps `most`
 * bytes, and up to as many again until it is cut.
 */
export class Scrollback {
  readonly #most: number
  #bytes = Buffer.alloc(16_384)
  #length = 0
  #start = 0
  #modes: Modes = new Map()

  constructor(most: number) {
    this.#most = most
  }

  /** Offset of the first byte that is kept, and behind the last. */
  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#start + this.#length
  }

  append(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += this.#most) this.#append(chunk.subarray(at, at + this.#most))
  }

  /** At most as many bytes from an offset on: of the memory itself, to be copied at once. */
  read(from: number, most: number): Buffer {
    const at = from - this.#start
    return this.#bytes.subarray(at, Math.min(at + most, this.#length))
  }

  /** What brings a new terminal to where the program is. */
  replay(): readonly Buffer[] {
    const kept = this.#bytes.subarray(0, this.#length)
    return [Buffer.from(modesAsText(this.#modes)), replayed(kept)]
  }

  #append(chunk: Uint8Array): void {
    if (this.#length + chunk.length > 2 * this.#most) this.#cut()
    const needed = this.#length + chunk.length
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.min(2 * this.#most, 2 ** Math.ceil(Math.log2(needed))))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.#length)
    this.#length = needed
  }

  #cut(): void {
    const kept = this.#bytes.subarray(0, this.#length)
    const at = safeCut(kept, this.#length - this.#most)
    this.#modes = modesAfter(this.#modes, kept.subarray(0, at))
    this.#bytes.copyWithin(0, at, this.#length)
    this.#start += at
    this.#length -= at
  }
}

/** How far behind the least place a line may end, for the cut to be there. */
const longestLine = 65_536

/** Where bytes may be cut, at `least` or behind it: at the beginning of a line, or of a character at least, in no sequence. */
export function safeCut(bytes: Buffer, least: number): number {
  let text = 0
  let first: number | undefined
  for (const { start, end } of [...sequences(bytes), { start: bytes.length, end: bytes.length }]) {
    const from = Math.max(text, least)
    if (start >= from && from <= start) {
      const line = bytes.subarray(from, start).indexOf(0x0a)
      if (line !== -1 && (first === undefined || from + line - first <= longestLine)) return from + line + 1
      first ??= characterAt(bytes, from)
      if (start - first > longestLine) return first
    }
    text = end
  }
  return first ?? bytes.length
}

/** Behind what is left of a character of UTF-8, which has four bytes at the most. */
function characterAt(bytes: Buffer, at: number): number {
  let place = at
  while (place < at + 3 && ((bytes[place] ?? 0) & 0xc0) === 0x80) place++
  return place
}
