import type { CommandId } from '../../contract/ids.ts'
import type { LogStream } from '../../contract/log-message.ts'
import type { OutputEvent } from './log-event.ts'
import { chunkSizes } from './log-format.ts'
import type { LogBytes } from './masked-log.ts'
import { SharedOutput } from './shared-output.ts'
import { type LiveEnd, Tail } from './tail.ts'

/** How much of the end of a log is kept for followers that are close to it, in bytes and in chunks. */
const mostBytes = 524_288
const mostChunks = 256

/**
 * The live end of one stream of one command, read once for all who follow it: the chunks that were read last, one
 * behind the other. It goes with the follower who is furthest; who stands before the first chunk reads by himself until
 * he has caught up, so that a slow follower costs the others nothing, and no memory but of what is kept.
 */
export class LiveStream implements LiveEnd {
  readonly file: LogBytes
  readonly #command: CommandId
  readonly #stream: LogStream
  readonly #chunks: SharedOutput[] = []
  #bytes = 0
  /** Reads behind the last chunk. */
  #tail: Tail
  #reading: Promise<void> | undefined
  /** What was read in vain since the last look at the file. What is held back is told where it is known to be the last. */
  #inVain: { readonly end: number; readonly last: boolean } | undefined

  constructor(command: CommandId, stream: LogStream, file: LogBytes) {
    this.file = file
    this.#command = command
    this.#stream = stream
    this.#tail = this.#tailAt(0)
  }

  /** Whether the beginning of a character is held back for its rest. */
  get holds(): boolean {
    return this.#tail.holds
  }

  /** Looks how far it can be told. What could not be told before may be by now. */
  async end(recorded: number | undefined): Promise<number> {
    this.#inVain = undefined
    return this.file.end(recorded)
  }

  async chunkAt(position: number, end: number, last: boolean): Promise<OutputEvent | 'behind' | undefined> {
    for (;;) {
      const [first] = this.#chunks
      if (position < (first?.offset ?? this.#tail.position)) return 'behind'
      const kept = this.#chunks.findLast(chunk => chunk.offset <= position)
      if (kept !== undefined && position < kept.end) return kept.from(position)
      if (position > this.#tail.position) this.#moveTo(position)
      if (this.#inVain?.end === end && (this.#inVain.last || !last)) return undefined
      this.#reading ??= this.#readOn(end, last)
      await this.#reading
    }
  }

  async #readOn(end: number, last: boolean): Promise<void> {
    try {
      const tail = this.#tail
      const event = await tail.next(end, last)
      if (tail !== this.#tail) return
      if (event === undefined) this.#inVain = { end, last }
      else this.#keep(new SharedOutput(event))
    } finally {
      this.#reading = undefined
    }
  }

  #keep(chunk: SharedOutput): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.data.length
    while (this.#chunks.length > 1 && (this.#bytes > mostBytes || this.#chunks.length > mostChunks))
      this.#bytes -= this.#chunks.shift()?.data.length ?? 0
  }

  /** Nobody needs what lies between: whoever comes later reads it by himself. */
  #moveTo(position: number): void {
    this.#chunks.length = 0
    this.#bytes = 0
    this.#inVain = undefined
    this.#tail = this.#tailAt(position)
  }

  #tailAt(position: number): Tail {
    return new Tail({
      command: this.#command,
      stream: this.#stream,
      file: this.file,
      position,
      chunkSize: chunkSizes.json,
    })
  }
}
