import { once } from 'node:events'
import { WebSocket } from 'ws'
import { fromDebugSchema } from '../../services/contract/debug-message.ts'
import type { SessionId } from '../../services/contract/ids.ts'

const patience = 20_000

/** A client of `WS /sessions/{session}/debug` that steps. */
export class DebugSocket implements AsyncDisposable {
  readonly #socket: WebSocket
  #calls = 0
  #stopped = Promise.withResolvers<void>()

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', data => {
      const message = fromDebugSchema.parse(JSON.parse(String(data)))
      if (message.type === 'problem') this.#stopped.reject(new Error(message.problem.detail))
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
    await once(socket, 'open')
    return opened
  }

  /** Steps over one line; resolves when the server tells that the debuggee has stopped. */
  async step(): Promise<void> {
    this.#stopped = Promise.withResolvers()
    const timer = setTimeout(() => this.#stopped.reject(new Error(`no stop within ${patience} ms`)), patience)
    this.#calls += 1
    this.#socket.send(JSON.stringify({ id: this.#calls, operation: 'debug.next', input: {} }))
    await this.#stopped.promise.finally(() => clearTimeout(timer))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    this.#stopped.promise.catch(() => {})
    const closed = once(this.#socket, 'close')
    this.#socket.terminate()
    await closed
  }
}
