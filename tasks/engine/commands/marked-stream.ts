import type { Readable } from 'node:stream'
import { MarkerSearch } from './marker-search.ts'
import type { CommandOutput } from './started-command.ts'

/**
 * `marked`: the marker has come. `isLast`: nobody else writes, so the marker ends the output.
 */
interface Open {
  readonly close: () => void
  take: (bytes: Buffer) => void
  marked: boolean
  isLast: boolean
}

/** A stream that one command after the other writes to, each until a marker. */
export class MarkedStream {
  readonly #stream: Readable
  readonly #search: MarkerSearch
  readonly #changed: () => void
  #open: Open | undefined
  #closed = false

  /** `changed`: it is free, or it is closed. */
  constructor(stream: Readable, marker: Buffer, changed: () => void) {
    this.#stream = stream
    this.#changed = changed
    this.#search = new MarkerSearch(marker)
    stream.on('data', (bytes: Buffer) => this.#take(bytes))
    stream.on('error', () => {}) // it is closed then
    stream.once('close', () => {
      this.#closed = true
      this.#open?.take(this.#search.end())
      this.#close()
    })
  }

  get kind(): 'free' | 'open' | 'closed' {
    if (this.#closed) return 'closed'
    return this.#open === undefined ? 'free' : 'open'
  }

  /** Nobody takes anything any more. */
  destroy(): void {
    this.#stream.destroy()
  }

  /** The output of the command that is started now. */
  next(): CommandOutput {
    const { promise, resolve } = Promise.withResolvers<void>()
    const open: Open = { close: resolve, take: () => {}, marked: false, isLast: false }
    this.#open = open
    return {
      take: listener => {
        open.take = listener
      },
      closed: promise,
      stop: () => {
        open.take = () => {}
        if (this.#open === open) this.destroy()
      },
    }
  }

  /** Nobody writes to it any more but the command, which has ended: its output ends with the marker. */
  endAtMarker(): void {
    if (this.#open === undefined) return
    this.#open.isLast = true
    if (this.#open.marked) this.#close()
  }

  #take(bytes: Buffer): void {
    const open = this.#open
    if (open === undefined) {
      // Somebody whom nobody has seen holds the stream.
      this.destroy()
    } else if (open.marked) {
      open.take(bytes)
    } else {
      const { before, after } = this.#search.push(bytes)
      if (before.length > 0) open.take(before)
      if (after === undefined) return
      open.marked = true
      if (after.length > 0) open.take(after)
      if (open.isLast) this.#close()
    }
  }

  #close(): void {
    this.#open?.close()
    this.#open = undefined
    this.#changed()
  }
}
