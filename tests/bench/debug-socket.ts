import { once } from 'node:events'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { SessionId } from '../../services/contract/ids.ts'

const patience = 20_000

/** As much of a message as is waited for, which is what the client of the peers reads (`dap-client.ts`). */
const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result') }),
  z.object({ type: z.literal('problem'), problem: z.object({ detail: z.string() }) }),
  z.object({
    type: z.literal('event'),
    event: z.string(),
    debug: z.object({ end: z.object({ message: z.string() }).nullable() }),
  }),
  z.object({ type: z.literal('end') }),
])

/** A client of `WS /sessions/{session}/debug` that steps. */
export class DebugSocket implements AsyncDisposable {
  readonly #socket: WebSocket
  #calls = 0
  #stopped = Promise.withResolvers<void>()
  /** Of calls whose answers somebody waits for. */
  #answered = Promise.withResolvers<void>()
  #unanswered = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', data => {
      const message = messageSchema.parse(JSON.parse(String(data)))
      if (message.type === 'result' && --this.#unanswered === 0) this.#answered.resolve()
      if (message.type === 'problem') {
        const refused = new Error(message.problem.detail)
        this.#answered.reject(refused)
        this.#stopped.reject(refused)
      }
      if (message.type === 'event' && message.event === 'stopped') this.#stopped.resolve()
      if (message.type === 'event' && message.event === 'ended')
        this.#stopped.reject(new Error(`the debug session has ended: ${message.debug.end?.message}`))
    })
    socket.on('close', () => this.#stopped.reject(new Error('the WebSocket was closed')))
  }

  static async open(
    { url, token }: { url: string; token: string },
    session: SessionId,
  ): Promise<DebugSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/sessions/${session}/debug`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const opened = new DebugSocket(socket)
    // Without a step nobody waits for it.
    opened.#stopped.promise.catch(() => {})
    opened.#answered.promise.catch(() => {})
    await once(socket, 'open')
    return opened
  }

  /** Has the control, which whoever launched the program has otherwise. */
  async take(): Promise<void> {
    await this.#all(['debug.control', { action: 'take' }])
  }

  /** Asks all of this at once; resolves with the last answer. */
  async ask(...operations: readonly string[]): Promise<void> {
    await this.#all(...operations.map(operation => [operation, {}] as const))
  }

  /** Steps over one line; resolves when the server tells that the debuggee has stopped. */
  async step(): Promise<void> {
    this.#stopped = Promise.withResolvers()
    const timer = setTimeout(() => this.#stopped.reject(new Error(`no stop within ${patience} ms`)), patience)
    this.#call('debug.next', {})
    await this.#stopped.promise.finally(() => clearTimeout(timer))
  }

  async #all(...calls: readonly (readonly [operation: string, input: object])[]): Promise<void> {
    this.#answered = Promise.withResolvers()
    this.#unanswered = calls.length
    for (const [operation, input] of calls) this.#call(operation, input)
    await this.#answered.promise
  }

  #call(operation: string, input: object): void {
    this.#calls += 1
    this.#socket.send(JSON.stringify({ id: this.#calls, operation, input }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    this.#stopped.promise.catch(() => {})
    const closed = once(this.#socket, 'close')
    this.#socket.terminate()
    await closed
  }
}
