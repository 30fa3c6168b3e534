import { Gathered } from './gathered.ts'

/** A line, or the lines up to one that is empty; or what is known of one that is too long to be held. */
export type Unit =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'oversized'; readonly bytes: number; readonly head: string; readonly tail: string }

/** How much of the beginning and of the end is kept of what is too long. */
const kept = 512
const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Cuts a stream of bytes into units, none of which takes more memory than the limit: of a longer one the rest is passed
 * over as it comes.
 */
export class Units {
  readonly #limit: number
  readonly #isEvent: boolean
  readonly #held = new Gathered()
  #bytes = 0
  /** The last bytes of one that is too long. */
  #tail: Buffer | undefined
  /** Of the line that has begun, without carriage returns. */
  #lineBytes = 0

  /** `ends`: with each line, or with a line that is empty (the events of `text/event-stream`). */
  constructor(limit: number, ends: 'line' | 'emptyLine') {
    this.#limit = limit
    this.#isEvent = ends === 'emptyLine'
  }

  push(chunk: Buffer): Unit[] {
    const units: Unit[] = []
    let start = 0
    for (let line = 0; line < chunk.length; ) {
      const found = chunk.indexOf(newline, line)
      const end = found === -1 ? chunk.length : found + 1
      this.#lineBytes += end - line
      line = end
      if (found === -1) {
        if (this.#lineBytes === 1 && chunk[end - 1] === carriageReturn) this.#lineBytes = 0
        break
      }
      const before = found > 0 ? chunk[found - 1] : undefined
      const isEmpty = this.#lineBytes === 1 || (this.#lineBytes === 2 && before === carriageReturn)
      this.#lineBytes = 0
      if (this.#isEvent && !isEmpty) continue
      this.#take(chunk.subarray(start, end))
      units.push(this.#unit())
      start = end
    }
    if (start < chunk.length) this.#take(chunk.subarray(start))
    return units
  }

  #take(part: Buffer): void {
    this.#bytes += part.length
    if (this.#tail === undefined && this.#bytes <= this.#limit) {
      this.#held.push(part)
      return
    }
    // From the second time on, what is kept is the head alone, and most of a part is none of it.
    const isBegun = this.#tail !== undefined
    const head = Buffer.concat([this.#held.take(), isBegun ? part.subarray(0, kept) : part])
    const tail = this.#tail === undefined ? head : Buffer.concat([this.#tail, part])
    this.#held.push(head.subarray(0, kept))
    // A copy, so that nothing holds on to what it was cut from.
    this.#tail = Buffer.from(tail.subarray(-kept))
  }

  #unit(): Unit {
    const bytes = this.#bytes
    const whole = this.#held.take()
    const tail = this.#tail
    this.#bytes = 0
    this.#tail = undefined
    return tail === undefined
      ? { kind: 'whole', bytes: whole }
      : { kind: 'oversized', bytes, head: whole.toString('latin1'), tail: tail.toString('latin1') }
  }
}
