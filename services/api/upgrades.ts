import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Context } from './context.ts'
import type { StreamHandlers } from './handlers/handler.ts'
import { openLog } from './logs/open-log.ts'
import { sendLogOver } from './logs/websocket-edge.ts'
import { type Refusal, refuse } from './outcome.ts'
import { problemReply, rawReply } from './problem-reply.ts'
import { logRequest } from './request-log.ts'
import type { TokenUse } from './token-use.ts'
import { readUpgrade, type Subscription } from './upgrade-request.ts'

/** The largest frame that a client may send; none is expected. */
const maxPayload = 4_096

/**
 * WebSockets at the paths of the operations that answer with a stream. What is wrong before the upgrade is answered as
 * it is for any request, with a problem document.
 */
export class Upgrades implements AsyncDisposable {
  readonly #context: Context
  readonly #handlers: StreamHandlers
  readonly #tokenUse: TokenUse
  readonly #server = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload })
  readonly #open = new Set<Promise<unknown>>()

  constructor(context: Context, handlers: StreamHandlers, tokenUse: TokenUse) {
    this.#context = context
    this.#handlers = handlers
    this.#tokenUse = tokenUse
    this.#server.on('wsClientError', (_error, socket) =>
      refuseUpgrade(socket, refuse('invalid_input', 'this is no valid WebSocket handshake')),
    )
  }

  /** For the `upgrade` event of the HTTP server. */
  readonly handle = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const started = performance.now()
    const id = this.#context.nextRequestId()
    const gone = new AbortController()
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => gone.abort())
    const opened = await readUpgrade(this.#context, this.#handlers, request, gone.signal)
    logRequest(this.#context.log, {
      method: 'WEBSOCKET',
      route: opened.ok ? opened.value.route : '(none)',
      status: opened.ok ? 101 : problemReply(opened).status,
      ms: performance.now() - started,
      request: id,
      token: opened.ok ? opened.value.caller.token.id : undefined,
    })
    if (gone.signal.aborted) return
    if (!opened.ok) return refuseUpgrade(socket, opened)
    this.#tokenUse.note(opened.value.caller.token)
    this.#server.handleUpgrade(request, socket, head, webSocket => this.#serve(webSocket, opened.value, gone))
  }

  /** Waits for every follower; each has been told to end, and who closes the server cuts those that do not. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open)
  }

  #serve(socket: WebSocket, { caller, source, format }: Subscription, gone: AbortController): void {
    const { log, limits } = this.#context
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
    socket.on('error', () => {}) // a frame too large, or no frame at all: 'close' follows
    socket.once('close', () => gone.abort())
    const sent = sendLogOver(socket, openLog(this.#context, source, caller, gone.signal), { format, limits })
    const over = Promise.all([closed, sent])
      .catch(error => {
        log.error({ err: error }, 'a WebSocket failed')
        socket.terminate()
      })
      .finally(() => this.#open.delete(over))
    this.#open.add(over)
  }
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  socket.end(rawReply(problemReply(refusal)))
}
