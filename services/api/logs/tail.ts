import type { CommandId } from '../../contract/ids.ts'
import type { LogStream } from '../../contract/log-message.ts'
import type { OutputEvent } from './log-event.ts'
import { LogFile } from './log-file.ts'
import { takeChunk } from './utf8-chunk.ts'

/** How long the beginning of a character is held back for its rest, in milliseconds. */
const characterPatience = 500

/** One stream of one command, read from where it was left. */
export class Tail implements AsyncDisposable {
  readonly #command: CommandId
  readonly #stream: LogStream
  readonly #file: LogFile
  readonly #chunkSize: number
  #position: number
  #heldSince: number | undefined

  constructor(command: CommandId, stream: LogStream, path: string, position: number, chunkSize: number) {
    this.#command = command
    this.#stream = stream
    this.#file = new LogFile(path)
    this.#position = position
    this.#chunkSize = chunkSize
  }

  get stream(): LogStream {
    return this.#stream
  }

  /** The first byte that has not been told. */
  get position(): number {
    return this.#position
  }

  /** How many bytes there are now. */
  size(): Promise<number> {
    return this.#file.size()
  }

  /**
   * Yields what there is up to `limit` (or what there is now, where the limit is not known yet), so that a program that
   * never stops writing keeps no other stream waiting. `last`: nothing will follow, so nothing is held back.
   */
  async *drain(
    limit: number | undefined,
    last: boolean,
    interrupted: () => boolean,
  ): AsyncGenerator<OutputEvent> {
    const end = Math.min(await this.#file.size(), limit ?? Number.POSITIVE_INFINITY)
    while (this.#position < end && !interrupted()) {
      const bytes = await this.#file.read(this.#position, Math.min(this.#chunkSize, end - this.#position))
      if (bytes.length === 0) return // shorter than it was
      const atEnd = this.#position + bytes.length >= end
      const { length, isText } = takeChunk(bytes, atEnd && (last || this.#heldLongEnough()))
      if (length === 0) {
        this.#heldSince ??= performance.now()
        return
      }
      this.#heldSince = undefined
      const offset = this.#position
      this.#position += length
      const data = bytes.subarray(0, length)
      yield { type: 'output', command: this.#command, stream: this.#stream, offset, data, isText }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]()
  }

  #heldLongEnough(): boolean {
    return this.#heldSince !== undefined && performance.now() - this.#heldSince >= characterPatience
  }
}
