import type { CommandId } from '../../contract/ids.ts'
import type { LogStream } from '../../contract/log-message.ts'
import type { OutputEvent } from './log-event.ts'
import type { LogBytes } from './masked-log.ts'
import { ReadBuffers } from './read-buffers.ts'
import { chunkLength } from './utf8-chunk.ts'

/** How long the beginning of a character is held back for its rest, in milliseconds. */
const characterPatience = 500

export type TailOptions = {
  readonly command: CommandId
  readonly stream: LogStream
  /** Read at any position, and closed by whoever opened it. */
  readonly file: LogBytes
  /** The first byte that is told. */
  readonly position: number
  /** The most that is told at a time, in bytes. */
  readonly chunkSize: number
}

/** Where the end of a log is read once for many. */
export type LiveEnd = {
  /**
   * The chunk at a position below `end`, up to which there is something. `behind`: it is kept no more. Undefined: nothing
   * can be told of it yet, which is never so with the `last` bytes.
   */
  chunkAt(position: number, end: number, last: boolean): Promise<OutputEvent | 'behind' | undefined>
}

type Reading = {
  readonly position: number
  readonly length: number
  readonly bytes: Promise<Buffer>
  readonly release: (() => void) | undefined
}

/** One stream of one command, read from where it was left. */
export class Tail {
  readonly #options: TailOptions
  #position: number
  #heldSince: number | undefined
  /** What follows what was told last, being read while that is taken. */
  #ahead: Reading | undefined

  constructor(options: TailOptions) {
    this.#options = options
    this.#position = options.position
  }

  get stream(): LogStream {
    return this.#options.stream
  }

  /** The first byte that has not been told. */
  get position(): number {
    return this.#position
  }

  /** Whether the beginning of a character is held back for its rest. */
  get holds(): boolean {
    return this.#heldSince !== undefined
  }

  /**
   * Yields what there is up to `end`, so that a program that never stops writing keeps no other stream waiting. `last`:
   * nothing will follow, so nothing is held back. `live`: where others read as well, near its end.
   */
  async *drain(
    end: number,
    last: boolean,
    interrupted: () => boolean,
    live?: LiveEnd,
  ): AsyncGenerator<OutputEvent> {
    // No longer than this: many followers have told everything there is, and wait.
    const buffers = new ReadBuffers()
    while (this.#position < end && !interrupted()) {
      const event = await this.#nextOf(live, end, last, buffers)
      if (event === undefined) return
      yield event
    }
  }

  /** The next chunk below `end`; undefined where there is none yet. It can be released where there are `buffers`. */
  async next(end: number, last: boolean, buffers?: ReadBuffers): Promise<OutputEvent | undefined> {
    const { command, stream } = this.#options
    const reading = this.#taken(end) ?? this.#read(end, buffers)
    const bytes = await reading.bytes
    if (bytes.length === 0) return undefined // shorter than it was
    const atEnd = this.#position + bytes.length >= end
    const length = chunkLength(bytes, atEnd && (last || this.#heldLongEnough()))
    if (length === 0) {
      this.#heldSince ??= performance.now()
      return undefined
    }
    const [data, { release }] = [bytes.subarray(0, length), reading]
    const event = this.#told({ type: 'output', command, stream, offset: this.#position, data, release })
    if (this.#position < end) this.#readAhead(end, buffers)
    return event
  }

  /** What was read ahead, if it is what is wanted now. */
  #taken(end: number): Reading | undefined {
    const ahead = this.#ahead
    this.#ahead = undefined
    return ahead?.position === this.#position && ahead.length === this.#lengthTo(end) ? ahead : undefined
  }

  #readAhead(end: number, buffers: ReadBuffers | undefined): void {
    this.#ahead = this.#read(end, buffers)
    this.#ahead.bytes.catch(() => undefined) // whoever wants it is told
  }

  #read(end: number, buffers: ReadBuffers | undefined): Reading {
    const [position, length] = [this.#position, this.#lengthTo(end)]
    const buffer = buffers?.take(length)
    const bytes = this.#options.file.read(position, length, buffer?.bytes)
    return { position, length, bytes, release: buffer?.release }
  }

  #lengthTo(end: number): number {
    return Math.min(this.#options.chunkSize, end - this.#position)
  }

  async #nextOf(
    live: LiveEnd | undefined,
    end: number,
    last: boolean,
    buffers: ReadBuffers,
  ): Promise<OutputEvent | undefined> {
    const shared = live === undefined ? 'behind' : await live.chunkAt(this.#position, end, last)
    if (shared === 'behind') return this.next(end, last, buffers)
    return shared === undefined ? undefined : this.#told(shared)
  }

  #told(event: OutputEvent): OutputEvent {
    this.#heldSince = undefined
    this.#position = event.offset + event.data.length
    return event
  }

  #heldLongEnough(): boolean {
    return this.#heldSince !== undefined && performance.now() - this.#heldSince >= characterPatience
  }
}
