import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Duplex, PassThrough, type Readable } from 'node:stream'
import type { Logger } from 'pino'
import { type Dispatcher, errors } from 'undici'
import { traceCarrier } from '../../lib/trace.ts'
import { type Forwarded, requestHeaders, responseHeaders } from './headers.ts'
import { sendProblem } from './problem.ts'
import type { RequestTarget } from './request-target.ts'

export type Relay = {
  readonly upstream: Dispatcher
  readonly log: Logger
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: RequestTarget
  readonly forwarded: Forwarded
  /** Given for a request to upgrade: called when the upstream agrees. */
  readonly onUpgrade?: (rawHeaders: string[], socket: Duplex) => void
}

/**
 * Sends a request on to the upstream and its answer back, both as streams: neither is ever held as a whole, and each
 * side is read only as fast as the other takes. When the client goes away the upstream's request is aborted; when the
 * upstream breaks off in the middle, so does the answer, which the client then sees is not whole.
 */
export function relay(work: Relay): void {
  const { upstream, request, target, forwarded } = work
  const { method = 'GET' } = request
  const options = {
    path: target.path,
    method,
    headers: requestHeaders(request.rawHeaders, forwarded, traceCarrier()),
    body: bodyOf(request),
    ...(work.onUpgrade === undefined ? {} : { upgrade: 'websocket' }),
  }
  const handler = new Handler(work)
  try {
    upstream.dispatch(options, handler)
  } catch (error) {
    handler.failed(error)
  }
}

/** The body as a stream of its own, so that undici, which destroys it on failure, leaves the client's connection be. */
function bodyOf(request: IncomingMessage): Readable | null {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (encoding === undefined && (length === undefined || length === '0')) return null
  return request.pipe(new PassThrough()).on('error', () => {})
}

class Handler implements Dispatcher.DispatchHandler {
  readonly #work: Relay
  #controller: Dispatcher.DispatchController | undefined
  #hasBegun = false

  constructor(work: Relay) {
    this.#work = work
    const { request, response } = work
    response.on('drain', () => this.#controller?.resume())
    // After an early answer nobody takes the rest of the body. It is dropped: a client may read nothing before it has
    // sent all, and that one has gone away is noticed only while its connection is read.
    response.once('finish', () => request.unpipe().resume())
    response.once('close', () => {
      if (!response.writableFinished) this.#controller?.abort(new Error('the client has gone away'))
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#work.response.closed) controller.abort(new Error('the client has gone away'))
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _: unknown,
    socket: Duplex,
  ): void {
    this.#work.onUpgrade?.(rawHeadersOf(controller), socket)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _: unknown,
    statusMessage?: string,
  ): void {
    if (status < 200) return
    const { response } = this.#work
    response.sendDate = false // the upstream's own comes through
    response.writeHead(status, statusMessage, responseHeaders(rawHeadersOf(controller)))
    // Headers leave together with the first of the body where that has arrived as well, and alone where it has not.
    queueMicrotask(() => {
      if (!this.#hasBegun && !response.writableEnded) response.flushHeaders()
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#hasBegun = true
    if (!this.#work.response.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#work.response.end()
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.failed(error)
  }

  failed(error: unknown): void {
    const { response, log } = this.#work
    if (response.closed || response.destroyed) return
    if (response.headersSent) {
      log.warn({ err: error }, 'the upstream broke off')
      response.destroy()
    } else if (error instanceof errors.InvalidArgumentError) {
      sendProblem(response, 'invalid_input', 'this request cannot be sent on', { connection: 'close' })
    } else {
      log.warn({ err: error }, 'the upstream does not answer')
      sendProblem(response, 'upstream_unavailable', 'the API does not answer; try again')
    }
  }
}

function rawHeadersOf({ rawHeaders }: Dispatcher.DispatchController): string[] {
  if (!Array.isArray(rawHeaders)) return []
  return rawHeaders.map(part => (typeof part === 'string' ? part : part.toString('latin1')))
}

/** A response object on the socket of a request to upgrade, which node gives none. The connection ends with it. */
export function responseOn(socket: Socket, response: ServerResponse): ServerResponse {
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => socket.destroySoon())
  return response
}
