import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('event'), event: z.string(), body: z.unknown().optional() }),
  z.object({
    type: z.literal('response'),
    request_seq: z.int(),
    success: z.boolean(),
    message: z.string().optional(),
    body: z.unknown().optional(),
  }),
  z.object({ type: z.literal('request'), command: z.string() }),
])

const patience = 20_000

type Waiting = { resolve(body: unknown): void; reject(error: Error): void }

/**
 * The least that drives a debug adapter over a pair of streams, so that what is measured with it is the adapter. It
 * waits for one event of a name at a time, and answers no requests of the adapter.
 */
export class DapClient {
  readonly #output: Writable
  readonly #responses = new Map<number, Waiting>()
  readonly #events = new Map<string, Waiting>()
  #seq = 0
  #unread: Buffer = Buffer.alloc(0)

  constructor(input: Readable, output: Writable) {
    this.#output = output
    // An adapter that has gone is told by the end of its output.
    output.on('error', () => {})
    input.on('data', (data: Buffer) => this.#read(data))
    input.on('close', () => {
      for (const { reject } of [...this.#responses.values(), ...this.#events.values()])
        reject(new Error('the debug adapter has gone'))
    })
  }

  /** Sends a request; resolves with the body of its response, and rejects where that says no. */
  request(command: string, input: unknown = {}): Promise<unknown> {
    const seq = ++this.#seq
    const response = this.#wait(`the response to ${command}`, waiting => this.#responses.set(seq, waiting))
    const message = JSON.stringify({ seq, type: 'request', command, arguments: input })
    this.#output.write(`Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`)
    return response
  }

  /** The body of the next event of this name. */
  event(name: string): Promise<unknown> {
    return this.#wait(`the event ${name}`, waiting => this.#events.set(name, waiting))
  }

  #wait(what: string, register: (waiting: Waiting) => void): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const timer = setTimeout(() => reject(new Error(`${what} did not come within ${patience} ms`)), patience)
    register({ resolve, reject })
    const waited = promise.finally(() => clearTimeout(timer))
    // Who waits for something else first hears of the end there.
    waited.catch(() => {})
    return waited
  }

  #read(data: Buffer): void {
    this.#unread = this.#unread.length === 0 ? data : Buffer.concat([this.#unread, data])
    for (;;) {
      const head = this.#unread.indexOf('\r\n\r\n')
      if (head === -1) return
      const length = Number(/Content-Length: (\d+)/i.exec(this.#unread.toString('latin1', 0, head))?.[1])
      const end = head + 4 + length
      if (this.#unread.length < end) return
      const message = this.#unread.toString('utf8', head + 4, end)
      this.#unread = this.#unread.subarray(end)
      this.#take(messageSchema.parse(JSON.parse(message)))
    }
  }

  #take(message: z.infer<typeof messageSchema>): void {
    switch (message.type) {
      case 'event': {
        const waiting = this.#events.get(message.event)
        this.#events.delete(message.event)
        waiting?.resolve(message.body)
        return
      }
      case 'response': {
        const waiting = this.#responses.get(message.request_seq)
        this.#responses.delete(message.request_seq)
        if (message.success) waiting?.resolve(message.body)
        else waiting?.reject(new Error(message.message ?? 'the debug adapter refused'))
        return
      }
      case 'request':
        return
    }
  }
}
