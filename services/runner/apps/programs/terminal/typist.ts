import { writeSync } from 'node:fs'
import { errorCode } from '../../../../../lib/error-code.ts'

/** The pause before a terminal that takes nothing is tried again, in milliseconds. */
const pauseMs = 10

/** From how many bytes on that the program has not taken nobody types any more. */
const mostWaiting = 262_144

/**
 * Types into a terminal without waiting for the program that reads it. `descriptor`: of the terminal, which does not
 * block; undefined as soon as it is closed, for then another file may have the number.
 */
export class Typist implements Disposable {
  readonly #descriptor: () => number | undefined
  readonly #roomAgain: () => void
  #waiting: Buffer[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(descriptor: () => number | undefined, roomAgain: () => void) {
    this.#descriptor = descriptor
    this.#roomAgain = roomAgain
  }

  get isFull(): boolean {
    return this.#bytes > mostWaiting
  }

  type(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#waiting.push(bytes)
    this.#bytes += bytes.length
    if (this.#timer === undefined) this.#write()
  }

  /** Forgets what has not been typed. */
  [Symbol.dispose](): void {
    const wasFull = this.isFull
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waiting = []
    this.#bytes = 0
    if (wasFull) this.#roomAgain()
  }

  #write(): void {
    this.#timer = undefined
    const wasFull = this.isFull
    for (let bytes = this.#waiting[0]; bytes !== undefined; bytes = this.#waiting[0]) {
      const written = this.#writeSome(bytes)
      if (written === 'closed') {
        this[Symbol.dispose]()
        return
      }
      this.#bytes -= written
      if (written === bytes.length) {
        this.#waiting.shift()
        continue
      }
      this.#waiting[0] = bytes.subarray(written)
      if (written > 0) continue
      this.#timer = setTimeout(() => this.#write(), pauseMs)
      break
    }
    if (wasFull && !this.isFull) this.#roomAgain()
  }

  #writeSome(bytes: Buffer): number | 'closed' {
    const descriptor = this.#descriptor()
    if (descriptor === undefined) return 'closed'
    try {
      return writeSync(descriptor, bytes)
    } catch (error) {
      if (errorCode(error) === 'EAGAIN') return 0
      // EIO: nobody has the other end any more.
      return 'closed'
    }
  }
}
