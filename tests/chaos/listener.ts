import { bytesOf } from '../../client/sdk/log-bytes.ts'
import type { LogMessage } from '../../services/contract/log-message.ts'

/** What a follower got: each stream's bytes in order. Fails at the first byte that is missing or comes twice. */
export class Listener {
  readonly #chunks = new Map<string, Buffer[]>()
  readonly #lengths = new Map<string, number>()
  readonly #began = Promise.withResolvers<void>()
  /** The reason with which the log ended. */
  readonly done: Promise<string>

  constructor(log: AsyncIterable<LogMessage>) {
    this.done = this.#listen(log)
    this.done.catch(this.#began.reject)
    this.#began.promise.catch(() => undefined) // whoever awaits `done` is told
  }

  /** Resolves with the first message: from then on it resumes by itself. */
  get began(): Promise<void> {
    return this.#began.promise
  }

  heard(command: string, stream: 'stdout' | 'stderr'): Buffer {
    return Buffer.concat(this.#chunks.get(`${command} ${stream}`) ?? [])
  }

  async #listen(log: AsyncIterable<LogMessage>): Promise<string> {
    for await (const message of log) {
      this.#began.resolve()
      if (message.type === 'end') return message.reason
      if (message.type !== 'output') continue
      const key = `${message.command} ${message.stream}`
      const at = this.#lengths.get(key) ?? 0
      if (message.offset !== at) throw new Error(`${key}: byte ${message.offset} came when ${at} was due`)
      this.#lengths.set(key, at + message.bytes)
      const chunks = this.#chunks.get(key)
      if (chunks === undefined) this.#chunks.set(key, [Buffer.from(bytesOf(message))])
      else chunks.push(Buffer.from(bytesOf(message)))
    }
    throw new Error('the log broke off')
  }
}
