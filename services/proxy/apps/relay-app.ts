import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Duplex, PassThrough, type Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { AppPlace } from '../../contract/app-origin.ts'
import type { ProblemCode } from '../../contract/problems.ts'
import { isEventStream, type RawHeaders } from '../headers.ts'
import { sendProblem } from '../problem.ts'
import { type BodyLimits, readBody } from '../request-body.ts'
import { agentOrigin } from './app-agent.ts'
import { fromAppHeaders, type ToApp } from './app-headers.ts'
import { AppRefusal } from './dial-app.ts'

export type AppRelay = {
  readonly agent: Dispatcher
  readonly log: Logger
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly place: AppPlace
  readonly by: ToApp['by']
  readonly path: string
  readonly headers: string[]
  readonly limits: BodyLimits
  /** Given for a request to upgrade: called when the app agrees. */
  readonly onUpgrade?: (raw: RawHeaders, socket: Duplex) => void
  /** Called where there is no way to the app, in place of an answer; false: that is not to be. */
  readonly onRefused?: (refusal: AppRefusal) => boolean
}

/** Sends a request on to an app and its answer back, both as streams; see `relay.ts`, which does so for the API. */
export function relayToApp(work: AppRelay): void {
  const { agent, request, place, path, headers } = work
  const { method = 'GET' } = request
  const handler = new Handler(work)
  const body = readBody(request, work.limits, (code, detail) => handler.refuse(code, detail))
  if (body === 'refused') return
  // The app is not asked whether it wants the body.
  if (request.headers.expect !== undefined) work.response.writeContinue()
  const upgrade = work.onUpgrade === undefined ? {} : { upgrade: 'websocket' }
  try {
    agent.dispatch(
      {
        origin: agentOrigin(place),
        path,
        method,
        headers,
        body: body === undefined ? null : streamOf(request),
        ...upgrade,
      },
      handler,
    )
  } catch (error) {
    handler.failed(error)
  }
}

/** As a stream of its own, which undici may destroy without the client's connection. */
const streamOf = (request: IncomingMessage): Readable => request.pipe(new PassThrough()).on('error', () => {})

class Handler implements Dispatcher.DispatchHandler {
  readonly #work: AppRelay
  #controller: Dispatcher.DispatchController | undefined
  #hasBegun = false

  constructor(work: AppRelay) {
    this.#work = work
    const { request, response } = work
    response.on('drain', () => this.#controller?.resume())
    response.once('finish', () => request.unpipe().resume())
    response.once('close', () => {
      if (!response.writableFinished) this.#controller?.abort(new Error('the client has gone away'))
    })
  }

  /** Answers in place of the app. */
  refuse(code: ProblemCode, detail: string): void {
    const { response } = this.#work
    this.#controller?.abort(new Error(detail))
    if (response.headersSent) response.destroy()
    else sendProblem(response, code, detail, { connection: 'close' })
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
    this.#work.onUpgrade?.(fromAppHeaders(rawHeadersOf(controller), this.#work.by), socket)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _: unknown,
    statusMessage?: string,
  ): void {
    if (status < 200) return
    const { response, by } = this.#work
    response.sendDate = false // the app's own comes through
    const headers = fromAppHeaders(rawHeadersOf(controller), by)
    if (isEventStream(headers)) headers.push('X-Accel-Buffering', 'no')
    response.writeHead(status, statusMessage, headers)
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
    const { response, log, place, onRefused } = this.#work
    if (response.closed || response.destroyed || response.writableEnded) return
    if (response.headersSent) {
      response.destroy()
    } else if (error instanceof AppRefusal) {
      if (onRefused?.(error) !== true) sendProblem(response, error.code, error.message)
    } else {
      log.warn({ err: error, ...place }, 'an app does not answer')
      sendProblem(response, 'app_unreachable', `the app ${place.app} gave no answer that could be read`)
    }
  }
}

function rawHeadersOf({ rawHeaders }: Dispatcher.DispatchController): string[] {
  if (!Array.isArray(rawHeaders)) return []
  return rawHeaders.map(part => (typeof part === 'string' ? part : part.toString('latin1')))
}
