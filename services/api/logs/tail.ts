import type { CommandId } from '../../contract/ids.ts'
import type { LogStream } from '../../contract/log-message.ts'
import type { OutputEvent } from './log-event.ts'
import type { LogBytes } from './masked-log.ts'
import { takeChunk } from './utf8-chunk.ts'

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

/** One stream of one command, read from where it was left. */
export class Tail {
  readonly #options: TailOptions
  #position: number
  #heldSince: number | undefined
  /** What follows what was told last, being read while that is taken. */
  #ahead: { readonly position: number; readonly length: number; readonly bytes: Promise<Buffer> } | undefined

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
    while (this.#position < end && !interrupted()) {
      const event = await this.#nextOf(live, end, last)
      if (event === undefined) return
      yield event
    }
  }

  /** The next chunk below `end`; undefined where there is none yet. */
  async next(end: number, last: boolean): Promise<OutputEvent | undefined> {
    const { command, stream } = this.#options
    const bytes = await this.#read(end)
    if (bytes.length === 0) return undefined // shorter than it was
    const atEnd = this.#position + bytes.length >= end
    const { length, isText } = takeChunk(bytes, atEnd && (last || this.#heldLongEnough()))
    if (length === 0) {
      this.#heldSince ??= performance.now()
      return undefined
    }
    const data = bytes.subarray(0, length)
    const event = this.#told({ type: 'output', command, stream, offset: this.#position, data, isText })
    this.#readAhead(end)
    return event
  }

  #read(end: number): Promise<Buffer> {
    const { file, chunkSize } = this.#options
    const [position, length] = [this.#position, Math.min(chunkSize, end - this.#position)]
    const ahead = this.#ahead
    this.#ahead = undefined
    return ahead?.position === position && ahead.length === length ? ahead.bytes : file.read(position, length)
  }

  #readAhead(end: number): void {
    const { file, chunkSize } = this.#options
    const [position, length] = [this.#position, Math.min(chunkSize, end - this.#position)]
    if (length <= 0) return
    const bytes = file.read(position, length)
    bytes.catch(() => undefined) // whoever wants it is told
    this.#ahead = { position, length, bytes }
  }

  async #nextOf(live: LiveEnd | undefined, end: number, last: boolean): Promise<OutputEvent | undefined> {
    const shared = live === undefined ? 'behind' : await live.chunkAt(this.#position, end, last)
    if (shared === 'behind') return this.next(end, last)
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
