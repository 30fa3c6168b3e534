import type { CommandId } from '../../contract/ids.ts'
import type { LogStream } from '../../contract/log-message.ts'
import type { OutputEvent } from './log-event.ts'
import { chunkLength } from './utf8-chunk.ts'

/** A chunk that many followers are told: its message is made once, when the first of them needs it. */
export class SharedOutput implements OutputEvent {
  readonly type = 'output'
  readonly command: CommandId
  readonly stream: LogStream
  readonly offset: number
  readonly data: Buffer
  #line: Buffer | undefined

  constructor({ command, stream, offset, data }: Omit<OutputEvent, 'type'>) {
    this.command = command
    this.stream = stream
    this.offset = offset
    this.data = data
  }

  /** One past its last byte. */
  get end(): number {
    return this.offset + this.data.length
  }

  /** Its message as a line of JSON, made by `make` the first time. */
  line(make: () => Buffer): Buffer {
    this.#line ??= make()
    return this.#line
  }

  /** What a follower is told that stands inside of it: from there on, or the rest of the character there. */
  from(position: number): OutputEvent {
    if (position === this.offset) return this
    const bytes = this.data.subarray(position - this.offset)
    const data = bytes.subarray(0, chunkLength(bytes, true))
    const { command, stream } = this
    return { type: 'output', command, stream, offset: position, data }
  }
}
