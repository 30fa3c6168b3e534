import type { Logger } from 'pino'
import { type Clock, toInstant } from '../../../../lib/clock.ts'
import type { SecretMask } from '../../../../lib/secret-mask.ts'
import type { Viewer } from '../../../contract/debug-control.ts'
import type { DebugEventName } from '../../../contract/debug-events.ts'
import type { RecordEntry } from '../../../contract/debug-record.ts'
import type { DebugSession } from '../../../contract/debug-resources.ts'
import { maskedValue } from './masked-value.ts'
import type { RecordFile } from './record-file.ts'
import { sizeOf } from './size-of.ts'

/**
 * How long entries wait to be written together, in milliseconds; how many may, and of how many bytes about; and how long one
 * may be, in bytes of JSON.
 */
const pauseMs = 50
const mostWaiting = 10_000
const mostWaitingBytes = 32 * 1024 * 1024
const longestEntry = 1024 * 1024

type Message = RecordEntry['message']
type Head = Extract<Message, { type: 'record' }>

/** An entry that is to be written; `at` in milliseconds since 1970. */
type Waiting = Pick<RecordEntry, 'n' | 'from' | 'by' | 'message'> & { readonly at: number }

export type DebugRecordDependencies = {
  readonly file: RecordFile
  readonly head: Omit<Head, 'type'>
  /** How much the debuggee has written by now, in bytes. */
  readonly written: () => { readonly stdout: number; readonly stderr: number }
  readonly mask: SecretMask
  readonly clock: Clock
  readonly log: Logger
}

/** Takes what is to stand in a record. */
export type Recorder = Pick<DebugRecord, 'note' | 'state' | 'flush'>

/**
 * Writes down what is said to an adapter and by it. To note something takes no time of who does: it is put into words and
 * written a moment later. Where it cannot be written, it is not, and debugging goes on.
 */
export class DebugRecord implements AsyncDisposable {
  readonly #deps: DebugRecordDependencies
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #dropped = 0
  #last = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #failed = false
  #isOver = false

  constructor(deps: DebugRecordDependencies) {
    this.#deps = deps
  }

  /** Its number. What is noted must not change afterwards; what comes when the record is over is not kept. */
  note(from: RecordEntry['from'], by: Viewer | null, message: Message): number {
    const n = ++this.#last
    if (this.#isOver) return n
    const bytes = sizeOf(message)
    if (this.#waiting.length >= mostWaiting || this.#waitingBytes + bytes > mostWaitingBytes) this.#dropped++
    else {
      this.#waiting.push({ n, at: this.#deps.clock.now(), from, by, message })
      this.#waitingBytes += bytes
    }
    this.#timer ??= setTimeout(() => void this.flush(), pauseMs)
    return n
  }

  /** What clients are told of. */
  state(event: DebugEventName, debug: DebugSession, by: Viewer | null): void {
    this.note('session', by, { type: 'state', event, debug, output: this.#deps.written() })
  }

  /** Resolves when everything that was noted so far is written. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.flush()
    await this.#deps.file[Symbol.asyncDispose]()
  }

  async #write(): Promise<void> {
    const entries = this.#waiting
    const dropped = this.#dropped
    this.#waiting = []
    this.#waitingBytes = 0
    this.#dropped = 0
    if (this.#failed || entries.length === 0) return
    if (dropped > 0) entries.push(this.#entry({ type: 'dropped', entries: dropped }))
    const { file, head, log } = this.#deps
    try {
      const lines = entries.map(entry => this.#line(entry))
      await file.append(lines, () => this.#line({ ...this.#entry({ type: 'record', ...head }), n: 0 }))
    } catch (error) {
      this.#failed = true
      log.warn({ err: error, debug: head.debug.id }, 'a debug session is not recorded any more')
    }
  }

  #entry(message: Message): Waiting {
    return { n: this.#last, at: this.#deps.clock.now(), from: 'session', by: null, message }
  }

  #line(waiting: Waiting): string {
    const message = maskedValue(waiting.message, this.#deps.mask)
    const entry = { ...waiting, at: toInstant(waiting.at) }
    const text = JSON.stringify({ ...entry, message })
    const longest = Math.min(longestEntry, this.#deps.file.longestLine)
    if (Buffer.byteLength(text) <= longest) return `${text}\n`
    const { body: _, arguments: __, ...rest } = { body: null, arguments: null, ...Object(message) }
    return `${JSON.stringify({ ...entry, cut: text.length, message: rest })}\n`
  }
}
