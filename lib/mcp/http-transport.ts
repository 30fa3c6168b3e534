import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CancelledNotificationSchema,
  DEFAULT_NEGOTIATED_PROTOCOL_VERSION,
  ErrorCode,
  type InitializeRequest,
  isInitializeRequest,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js'
import type { Holding } from './held-bytes.ts'
import { type Begins, Outlet } from './outlet.ts'
import { readMessage, takes } from './read-message.ts'
import { type Refusal, refuse } from './refuse.ts'
import { requestOf, streamOf } from './stream-names.ts'
import { ToldMessages } from './told-messages.ts'

export type HttpTransportOptions = {
  /** The id of the client, which is asked for once it has introduced itself. */
  readonly open: (introduction: InitializeRequest['params']) => string
  /** The longest message, in bytes. */
  readonly longestMessage: number
  /** Takes room for a message, until it is answered. */
  readonly hold?: () => Holding
  /** How long one may take to come, in milliseconds: it may hold a place for as long that others want. */
  readonly messageMs?: number
  /** How long an answer may take until the client is told that it will come as events, in milliseconds. */
  readonly holdMs?: number
}

/** What belongs to no request of the client goes there. */
const standing = 'standing'
/** What is told of requests that nobody here was asked. */
const lost = 'lost'
/** After so many milliseconds a client may ask anew for what it has not been told. */
const retryMs = 1_000
const usualHoldMs = 20
const usualMessageMs = 60_000
/** Clients of earlier protocols do not understand an event without a message. */
const firstWithEmptyEvents = '2025-11-25'

/**
 * One client of a server over Streamable HTTP. A message that answers a request goes out on the answer to it, as JSON where it
 * is all that there is to say and is there soon, otherwise as events; so does what is said about that request before. When
 * the connection breaks, the work goes on, and who comes with the id of the last event is told what came behind it.
 *
 * Not the SDK's transport, which makes a request, a response and streams of the platform for each message.
 */
export class HttpTransport implements Transport {
  onclose?: Transport['onclose']
  onerror?: Transport['onerror']
  onmessage?: Transport['onmessage']
  sessionId?: string
  readonly #options: HttpTransportOptions
  readonly #told = new ToldMessages()
  /** Where each stream is read just now. */
  readonly #outlets = new Map<string, Outlet>()
  /** On which stream the answer to a request is awaited, and the room that the request takes. */
  readonly #awaited = new Map<RequestId, { readonly stream: string; readonly room: Disposable }>()
  #streams = 0
  /** Of a client that has introduced itself elsewhere: the id under which the server hears of it, whose answer is for nobody. */
  #introduction: RequestId | undefined
  #isRevived = false
  #isLeaving = false
  #isClosed = false

  constructor(options: HttpTransportOptions) {
    this.#options = options
  }

  async start(): Promise<void> {}

  /** How many requests are not answered yet. */
  get underWay(): number {
    return this.#awaited.size
  }

  /** Whether somebody waits for an answer, or may come again for it. */
  get isAnswering(): boolean {
    return this.#awaited.size > 0
  }

  /** Takes up a client that has introduced itself elsewhere. The server has to be connected, and hears that as if it came just now. */
  revive(id: string, params: InitializeRequest['params']): void {
    this.sessionId = id
    this.#isRevived = true
    this.#introduction = randomUUID()
    this.onmessage?.({ jsonrpc: '2.0', id: this.#introduction, method: 'initialize', params })
    this.onmessage?.({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }

  /** Has the client go on elsewhere: what it has asked is answered, its stream of what belongs to no request ends. */
  leave(): void {
    this.#isLeaving = true
    this.#outlets.get(standing)?.end()
  }

  /** Answers a request of this client. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = this.#isClosed ? this.#end : await this.#take(request, response)
    if (refusal !== undefined) refuse(response, refusal)
  }

  /** Who has not introduced itself yet has no session that could have ended. */
  get #end(): Refusal {
    return this.sessionId === undefined ? cutOff : ended
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    switch (request.method) {
      case 'POST':
        return await this.#post(request, response)
      case 'GET':
        return this.#get(request, response)
      case 'DELETE':
        return await this.#delete(request, response)
      default:
        return {
          status: 405,
          message: 'GET, POST and DELETE are offered',
          headers: { allow: 'GET, POST, DELETE' },
        }
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    const { longestMessage: bytes, messageMs: ms = usualMessageMs } = this.#options
    using room = new DisposableStack()
    const holding = room.use(this.#options.hold?.() ?? noBound)
    const read = await readMessage(request, { bytes, ms, hold: holding.add })
    if (read.outcome === 'gone') return undefined
    if (read.outcome === 'refused') return read.refusal
    if (this.#isClosed) return this.#end
    const { message } = read
    if (introduces(message)) {
      if (this.sessionId !== undefined) return invalid('this client has introduced itself already')
      this.sessionId = this.#options.open(message.params)
    } else {
      const refusal = this.#refusalOf(request)
      if (refusal !== undefined) return refusal
    }
    const extra = { requestInfo: { headers: request.headers } }
    if (isJSONRPCRequest(message)) return this.#ask(message, request, response, extra, room)
    this.onmessage?.(message, extra)
    this.#giveUp(message)
    response.writeHead(202, this.#headers).end()
    return undefined
  }

  #ask(
    message: JSONRPCRequest,
    { headers }: IncomingMessage,
    response: ServerResponse,
    extra: MessageExtraInfo,
    room: DisposableStack,
  ): Refusal | undefined {
    if (this.#awaited.has(message.id)) return invalid('a request with this id is being answered')
    this.#streams += 1
    const stream = streamOf(this.#streams, message.id)
    const version = introduces(message)
      ? message.params.protocolVersion
      : (headers['mcp-protocol-version'] ?? DEFAULT_NEGOTIATED_PROTOCOL_VERSION)
    const first = () => `id: ${this.#told.begin(stream)}\nretry: ${retryMs}\ndata: \n\n`
    this.#awaited.set(message.id, { stream, room: room.move() })
    this.#attach(stream, response, begins =>
      Outlet.held(
        response,
        version < firstWithEmptyEvents ? begins : { ...begins, first },
        this.#options.holdMs ?? usualHoldMs,
      ),
    )
    this.onmessage?.(message, extra)
    return undefined
  }

  #get(request: IncomingMessage, response: ServerResponse): Refusal | undefined {
    const { accept = '', 'last-event-id': last } = request.headers
    if (!takes(accept, 'text/event-stream'))
      return { status: 406, message: 'the client has to accept text/event-stream' }
    const refusal = this.#refusalOf(request)
    if (refusal !== undefined) return refusal
    if (last !== undefined) return this.#resume(`${last}`, response)
    if (this.#outlets.has(standing))
      return { status: 409, message: 'one stream of messages is open already, which is all that may be' }
    this.#stand(response)
    return undefined
  }

  #stand(response: ServerResponse): void {
    // Whoever comes again may have been cut without a word of it.
    this.#outlets.get(standing)?.end()
    const outlet = this.#attach(standing, response, begins => Outlet.events(response, begins))
    // What it may have missed meanwhile.
    if (this.#isRevived) for (const message of this.#told.of(standing)) outlet.tell(message)
    this.#isRevived = false
    if (this.#isLeaving) outlet.end()
  }

  #resume(last: string, response: ServerResponse): Refusal | undefined {
    const behind = this.#told.behind(last)
    if (behind === undefined && this.#introduction !== undefined) {
      const stream = this.#told.elsewhere(last)
      const request = stream === undefined ? undefined : requestOf(stream)
      if (stream === standing) this.#stand(response)
      else if (request !== undefined) this.#tellLost(request, response)
      if (stream === standing || request !== undefined) return undefined
    }
    if (behind === undefined)
      return { status: 400, message: 'what came behind this event is not kept any more' }
    const { stream, messages } = behind
    const isOver = stream !== standing && !this.#isAwaited(stream)
    // To those who read events, no content says that they need not come again.
    if (isOver && messages.length === 0) {
      response.writeHead(204, this.#headers).end()
      return undefined
    }
    this.#outlets.get(stream)?.end()
    const outlet = this.#attach(stream, response, begins => Outlet.events(response, begins))
    for (const message of messages) outlet.tell(message)
    if (isOver) outlet.end()
    return undefined
  }

  /** What has become of a request that was asked elsewhere. */
  #tellLost(request: RequestId, response: ServerResponse): void {
    const outlet = Outlet.events(response, { headers: this.#headers })
    outlet.tell(this.#told.keep(lost, JSON.stringify(neverAnswered(request))))
    outlet.end()
  }

  async #delete(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    const refusal = this.#refusalOf(request)
    if (refusal !== undefined) return refusal
    await this.close()
    response.writeHead(200, { 'content-length': 0 }).end()
    return undefined
  }

  /** Of who has introduced itself, and comes again. */
  #refusalOf({ headers }: IncomingMessage): Refusal | undefined {
    if (this.sessionId === undefined)
      return { status: 400, message: 'the header Mcp-Session-Id is missing: introduce yourself first' }
    const { 'mcp-protocol-version': version } = headers
    if (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(`${version}`)) return undefined
    const known = SUPPORTED_PROTOCOL_VERSIONS.join(', ')
    return { status: 400, message: `Mcp-Protocol-Version: ${known} are spoken here` }
  }

  get #headers(): Record<string, string> {
    return this.sessionId === undefined ? {} : { 'mcp-session-id': this.sessionId }
  }

  #attach(stream: string, response: ServerResponse, make: (begins: Begins) => Outlet): Outlet {
    const outlet = make({ headers: this.#headers })
    this.#outlets.set(stream, outlet)
    response.once('close', () => {
      if (this.#outlets.get(stream) === outlet) this.#outlets.delete(stream)
    })
    return outlet
  }

  #isAwaited(stream: string): boolean {
    return [...this.#awaited.values()].some(one => one.stream === stream)
  }

  /** A request that its client has given up is not answered, and nobody waits for that. */
  #giveUp(message: JSONRPCMessage): void {
    const { success, data } = CancelledNotificationSchema.safeParse(message)
    const { requestId } = success ? data.params : {}
    const stream = requestId === undefined ? undefined : this.#over(requestId)
    if (stream !== undefined) this.#outlets.get(stream)?.end()
  }

  /** Nobody waits for the answer any more. Returns the stream on which that was. */
  #over(request: RequestId): string | undefined {
    const { stream, room } = this.#awaited.get(request) ?? {}
    this.#awaited.delete(request)
    room?.[Symbol.dispose]()
    return stream
  }

  /** Rejects where a message belongs to a request that is not being answered (any more). */
  async send(message: JSONRPCMessage, { relatedRequestId }: TransportSendOptions = {}): Promise<void> {
    const answered = 'method' in message ? undefined : message.id
    const request = answered ?? relatedRequestId
    if (answered !== undefined && answered === this.#introduction) return
    const stream = request === undefined ? standing : this.#awaited.get(request)?.stream
    if (stream === undefined) throw new Error(`request ${request} is not being answered`)
    if (answered !== undefined) this.#over(answered)
    if (this.#isClosed) return
    const outlet = this.#outlets.get(stream)
    const text = JSON.stringify(message)
    if (answered !== undefined && outlet?.answer(text) === true) return
    const told = this.#told.keep(stream, text)
    outlet?.tell(told)
    if (answered !== undefined) outlet?.end()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const [request, { stream }] of [...this.#awaited]) {
      this.#over(request)
      const last = this.#told.keep(stream, JSON.stringify(neverAnswered(request)))
      this.#outlets.get(stream)?.end({ refusal: cutOff, last })
    }
    this.#outlets.get(standing)?.end()
    this.onclose?.()
  }
}

/** By its method first: for the schema, a message of another kind is a mistake, which takes long to describe. */
const introduces = (message: JSONRPCMessage): message is JSONRPCRequest & InitializeRequest =>
  'method' in message && message.method === 'initialize' && isInitializeRequest(message)

const noBound: Holding = { add: () => true, [Symbol.dispose]: () => {} }

/** The protocol's way to say: introduce yourself anew. */
const ended: Refusal = { status: 404, message: 'this session has ended' }
/** Not that: what was begun may not be sent again. */
const cutOff: Refusal = { status: 503, message: 'the session has ended before this was answered' }

/** The same to a client that reads events. */
const neverAnswered = (id: RequestId): JSONRPCMessage => ({
  ...{ jsonrpc: '2.0', id },
  error: { code: ErrorCode.ConnectionClosed, message: `${cutOff.message}; whether it was done is not known` },
})

const invalid = (message: string): Refusal => ({ status: 400, message, code: -32_600 })
