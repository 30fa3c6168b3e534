import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { endConnection } from '../../lib/end-connection.ts'
import { attributesOf, withSubject } from '../../lib/subject.ts'
import { annotate, carrierIn, withSpan } from '../../lib/trace.ts'
import { subprotocols } from '../contract/stream-codec.ts'
import type { Context } from './context.ts'
import { serveDap } from './dap/serve-dap.ts'
import { type DebugAnswers, debugAnswers } from './debug/debug-answers.ts'
import { serveDebug } from './debug/serve-debug.ts'
import { openEvents } from './events/open-events.ts'
import { sendEventsOver } from './events/websocket-edge.ts'
import type { CalledHandlers } from './handlers/handler.ts'
import { oversized } from './limits/request-size.ts'
import { endOf } from './live/end-of.ts'
import { openLog } from './logs/open-log.ts'
import { sendLogOver } from './logs/websocket-edge.ts'
import { type Outcome, type Refusal, refuse } from './outcome.ts'
import { problemReply, rawReply } from './problem-reply.ts'
import type { TokenUse } from './token-use.ts'
import { serveTunnel } from './tunnels/serve-tunnel.ts'
import { codecsOf, readUpgrade, type Subscription } from './upgrade-request.ts'
import { codecFor } from './websocket/codec.ts'
import { endSocket } from './websocket/end-socket.ts'
import { keepAlive } from './websocket/keep-alive.ts'

/** The largest message that a client may send, in bytes; only a debugger expects any. */
const maxPayload: Record<Subscription['kind'], number> = {
  ...{ log: 4_096, events: 4_096 },
  ...{ debug: 256 * 1024, dap: 512 * 1024, tunnel: 1024 * 1024 },
}

/** What a WebSocket carries, the request that opened it, and where from. */
type Opened = Subscription & { readonly request: string; readonly address: string | null }

/**
 * WebSockets at the paths of the operations that answer with a stream, and for debuggers. What is wrong before the
 * upgrade is answered as it is for any request, with a problem document.
 */
export class Upgrades implements AsyncDisposable {
  readonly #context: Context
  readonly #handlers: CalledHandlers
  readonly #tokenUse: TokenUse
  readonly #debugAnswers: DebugAnswers
  readonly #servers: Readonly<Record<Subscription['kind'], WebSocketServer>>
  readonly #open = new Set<Promise<unknown>>()

  constructor(context: Context, handlers: CalledHandlers, tokenUse: TokenUse) {
    this.#context = context
    this.#handlers = handlers
    this.#tokenUse = tokenUse
    this.#debugAnswers = debugAnswers(context)
    const { linger } = context.limits
    this.#servers = {
      log: webSocketServer('log', linger),
      events: webSocketServer('events', linger),
      debug: webSocketServer('debug', linger),
      dap: webSocketServer('dap', linger),
      tunnel: webSocketServer('tunnel', linger),
    }
  }

  /** For the `upgrade` event of the HTTP server. */
  readonly handle = (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const id = this.#context.nextRequestId()
    const from = carrierIn(request.headers)
    const attributes = () => attributesOf({ request: id })
    return withSpan('WEBSOCKET', { kind: 'server', from, attributes }, () =>
      withSubject({ request: id }, () => this.#upgrade(id, request, socket, head)),
    )
  }

  async #upgrade(id: string, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const started = performance.now()
    const address = this.#context.peers.address(request)
    const gone = new AbortController()
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => gone.abort())
    const opened = await this.#opened(request, socket, gone.signal)
    const route = opened.ok ? opened.value.route : '(none)'
    const status = opened.ok ? 101 : problemReply(opened).status
    annotate(() => ({ 'http.route': route, 'http.response.status_code': status }))
    this.#context.requestLog.note({
      method: 'WEBSOCKET',
      route,
      status,
      ms: performance.now() - started,
      request: id,
      address,
      credential: opened.ok ? opened.value.caller.credential.id : undefined,
    })
    if (gone.signal.aborted) return
    if (!opened.ok) return refuseUpgrade(socket, opened)
    this.#tokenUse.note(opened.value.caller.credential)
    this.#servers[opened.value.kind].handleUpgrade(request, socket, head, webSocket =>
      this.#serve(webSocket, { ...opened.value, request: id, address }, gone),
    )
  }

  /** What an upgrade opens, if there is room for it: counted as any request is, and a stream until its connection is closed. */
  async #opened(request: IncomingMessage, socket: Duplex, gone: AbortSignal): Promise<Outcome<Subscription>> {
    const { peers, rates, streams } = this.#context
    const asked = oversized(request) ?? (await readUpgrade(this.#context, this.#handlers, request, gone))
    const counted = asked.ok ? rates.ofCaller(asked.value.caller) : rates.ofAddress(peers.address(request))
    const refusal = counted.refusal ?? (asked.ok ? undefined : asked)
    if (refusal !== undefined) return { ...refusal, headers: { ...counted.headers, ...refusal.headers } }
    if (gone.aborted || !asked.ok) return asked
    const room = streams.enter(asked.value.caller)
    if (!room.ok) return room
    socket.once('close', () => room.value[Symbol.dispose]())
    return asked
  }

  /** Waits for every follower; each has been told to end, and who closes the server cuts those that do not. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open)
  }

  #serve(socket: WebSocket, subscription: Opened, gone: AbortController): void {
    const { log, metrics, limits } = this.#context
    const counted = metrics.stream(subscription.kind)
    const alive = keepAlive(socket, limits, reason => {
      endSocket(socket, endOf(reason), subscription.kind === 'dap' ? 'none' : subscription.codec)
      gone.abort()
    })
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
    socket.on('error', () => {}) // a message too large, or no frame at all: 'close' follows
    socket.once('close', () => gone.abort())
    const over = Promise.all([closed, this.#carry(socket, subscription, gone.signal)])
      .catch(error => {
        log.error({ err: error }, 'a WebSocket failed')
        socket.terminate()
      })
      .finally(() => {
        alive[Symbol.dispose]()
        counted[Symbol.dispose]()
        this.#open.delete(over)
      })
    this.#open.add(over)
  }

  #carry(socket: WebSocket, subscription: Opened, gone: AbortSignal): Promise<void> {
    const { limits } = this.#context
    switch (subscription.kind) {
      case 'log': {
        const { source, codec, caller } = subscription
        const events = openLog(this.#context, source, { format: codec, caller, gone })
        return sendLogOver(socket, events, { codec, limits })
      }
      case 'events': {
        const { source, codec, caller } = subscription
        return sendEventsOver(socket, openEvents(this.#context, source, { caller, gone }), { codec, limits })
      }
      case 'debug': {
        return serveDebug(socket, this.#context, this.#debugAnswers, { ...subscription, gone })
      }
      case 'dap': {
        return serveDap(socket, this.#context, { ...subscription, gone })
      }
      case 'tunnel': {
        return serveTunnel(socket, this.#context, { ...subscription, gone })
      }
    }
  }
}

/** Without compression: a few bytes of it may stand for very many. `linger`: how long a closing handshake may take. */
function webSocketServer(kind: Subscription['kind'], linger: number): WebSocketServer {
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // See keepAlive.
    autoPong: false,
    maxPayload: maxPayload[kind],
    closeTimeout: linger,
    handleProtocols: (offered: Set<string>) => subprotocols[codecFor(offered, codecsOf[kind]) ?? 'json'],
  }
  return new WebSocketServer(options).on('wsClientError', (_error, socket) =>
    refuseUpgrade(socket, refuse('invalid_input', 'this is no valid WebSocket handshake')),
  )
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  endConnection(socket, rawReply(problemReply(refusal)))
}
