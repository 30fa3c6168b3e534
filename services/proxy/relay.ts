import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import type { ProblemCode } from '../contract/problems.ts'
import { type RawHeaders, readingOf, takesTrailers } from './headers.ts'
import { sendInterim } from './interim.ts'
import { sendProblem } from './problem.ts'
import { type BodyLimits, readBody } from './request-body.ts'
import { SlowReader } from './slow-reader.ts'
import type { AnswerTo, Failure, Switched, Taken } from './upstream/answer.ts'
import type { ResponseHead } from './upstream/response-head.ts'
import type { Exchange } from './upstream/sending.ts'
import type { Upstream } from './upstream/upstream.ts'

/** `slowReader`: how long a client may take none of its answer, in milliseconds. */
export type RelayLimits = BodyLimits & { readonly slowReader: number }

export type Relay = {
  readonly upstream: Upstream
  readonly log: Logger
  /** What the log tells of the upstream. */
  readonly about?: object
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The path and query that the upstream is asked for. */
  readonly target: string
  /** What goes to the upstream, and what of its own comes back: name, value, name, value. */
  readonly headers: string[]
  readonly answered: (raw: RawHeaders, part: 'head' | 'trailers') => string[]
  readonly limits: RelayLimits
  /** Called for an answer that is followed as it comes, and may have no end that could be waited for. */
  readonly isFollowed?: () => void
  /** Given for a request to upgrade: called when the upstream agrees. */
  readonly onUpgrade?: (raw: RawHeaders, to: Switched) => void
  /** What the client is told where there is no answer, never an address; undefined where it is being told otherwise. */
  readonly problemOf: (failure: Failure) => Unanswered | undefined
}

/** What a client is told in place of an answer. `isExpected`: it is nothing to be logged. */
export type Unanswered = {
  readonly code: ProblemCode
  readonly detail: string
  readonly isExpected?: boolean
}

/**
 * Sends a request on to the upstream and its answer back, both as streams: neither is ever held as a whole, and each
 * side is read only as fast as the other takes. When the client goes away the upstream's request is aborted; when the
 * upstream breaks off in the middle, so does the answer, which the client then sees is not whole.
 */
export function relay(work: Relay): void {
  const { upstream, request, target, onUpgrade } = work
  const answering = new Answering(work)
  const body = readBody(request, work.limits, (code, detail) => answering.refuse(code, detail))
  if (body === 'refused') return
  const { method = 'GET' } = request
  const upgrades = onUpgrade !== undefined
  const { headers } = work
  if (!upgrades && acceptsTrailers(request)) headers.push(...takesTrailers)
  // A hundred answers may wait on one connection of HTTP/2.
  const takesMuch = request.httpVersionMajor === 1
  answering.follow(upstream.send({ method, target, headers, body, upgrades, takesMuch }, answering))
}

/** The longest body that is copied to go out in one write with its headers. */
const shortBody = 4_096
/** A body that is longer than this passes by the response object. */
const longBody = 1_048_576

class Answering implements AnswerTo {
  readonly #work: Relay
  readonly #reader: SlowReader
  #exchange: Exchange | undefined
  #isLong = false
  /** What has arrived and not been written: headers and body often arrive together, and leave together. */
  #held: { readonly head: ResponseHead; bytes: Buffer | undefined } | undefined

  constructor(work: Relay) {
    this.#work = work
    const { request, response, limits, log, about } = work
    this.#reader = new SlowReader(limits.slowReader, () => {
      log.info({ ...about }, 'a client took nothing of its answer for too long')
      response.destroy()
    })
    response.on('drain', () => this.#goOn())
    // After an early answer nobody takes the rest of the body. It is dropped: a client may read nothing before it has
    // sent all, and that one has gone away is noticed only while its connection is read. Where that was not the
    // upstream's, but that the request came too late, there is nothing to wait for.
    response.once('finish', () => {
      this.#reader.takes()
      this.#exchange?.abort()
      request.resume()
    })
    response.once('close', () => {
      this.#reader.takes()
      if (!response.writableFinished) this.#exchange?.abort()
    })
  }

  follow(exchange: Exchange): void {
    this.#exchange = exchange
    if (this.#work.response.closed) exchange.abort()
  }

  /** Answers in place of the upstream. */
  refuse(code: ProblemCode, detail: string): void {
    const { request, response } = this.#work
    this.#exchange?.abort()
    // Also where the answer is out and the rest of the body is still being dropped.
    if (response.headersSent) request.destroy()
    else sendProblem(response, code, detail, { connection: 'close' })
  }

  interim(status: number, raw: RawHeaders): void {
    sendInterim(this.#work, status, raw)
  }

  head(head: ResponseHead): void {
    this.#held = { head, bytes: undefined }
    queueMicrotask(() => this.#flush())
  }

  data(bytes: Buffer): Taken {
    if (this.#held !== undefined && this.#held.bytes === undefined) {
      const isShort = bytes.length <= shortBody
      this.#held.bytes = isShort ? Buffer.from(bytes) : bytes
      return isShort ? 'taken' : 'kept'
    }
    this.#flush()
    const { response } = this.#work
    if (this.#isLong && response.socket !== null) return this.#pass(bytes, response.socket)
    if (response.write(bytes)) return 'kept'
    this.#waits()
    return 'full'
  }

  /** For the client; behind answers to what it has asked before on the same connection, for those first. */
  #waits(): void {
    const { request, response } = this.#work
    if (request.httpVersionMajor > 1 || response.socket !== null) this.#reader.waits()
    else response.once('socket', () => this.#reader.waits())
  }

  #goOn(): void {
    this.#reader.takes()
    this.#exchange?.resume()
  }

  /** Past the response object, which has nothing to add to a body whose length the headers tell. */
  #pass(bytes: Buffer, socket: Socket): Taken {
    const takesMore = socket.write(bytes)
    if (socket.writableLength === 0) return 'taken'
    if (takesMore) return 'kept'
    socket.once('drain', () => this.#goOn())
    this.#reader.waits()
    return 'full'
  }

  end(trailers: RawHeaders): void {
    this.#end(trailers)
    const { request, response } = this.#work
    // Answers over HTTP/2 see to that themselves, whoever they are from.
    const isSlow = request.httpVersionMajor === 1 && response.socket?.writableLength !== 0
    if (isSlow && !response.writableFinished) this.#waits()
  }

  #end(trailers: RawHeaders): void {
    const { request, response, answered } = this.#work
    const held = this.#held
    if (held === undefined || trailers.length > 0) {
      this.#flush()
      if (trailers.length > 0 && acceptsTrailers(request))
        response.addTrailers(entries(answered(trailers, 'trailers')))
      response.end()
      return
    }
    this.#held = undefined
    this.#begin(held.head)
    // Node joins a string with the headers, and nothing else.
    if (held.bytes === undefined) response.end()
    else if (held.bytes.length > shortBody) response.end(held.bytes)
    else response.end(held.bytes.toString('latin1'), 'latin1')
  }

  upgrade(raw: RawHeaders, to: Switched): void {
    this.#work.onUpgrade?.(this.#work.answered(raw, 'head'), to)
  }

  failed(failure: Failure): void {
    const { response, log, about, problemOf } = this.#work
    this.#held = undefined
    if (response.closed || response.destroyed) return
    const { reason, cause } = failure
    if (response.headersSent) {
      log.warn({ err: cause, reason, ...about }, 'the upstream broke off')
      response.destroy()
      return
    }
    const problem = problemOf(failure)
    if (problem === undefined) return
    if (!problem.isExpected) log.warn({ err: cause, reason, ...about }, 'the upstream gave no answer')
    sendProblem(response, problem.code, problem.detail)
  }

  #flush(): void {
    const held = this.#held
    if (held === undefined) return
    this.#held = undefined
    this.#begin(held.head)
    if (held.bytes === undefined) this.#work.response.flushHeaders()
    else this.#work.response.write(held.bytes)
  }

  #begin({ status, message, raw, framing }: ResponseHead): void {
    const { request, response, answered } = this.#work
    this.#isLong = framing.by === 'length' && framing.length > longBody && request.httpVersionMajor === 1
    response.sendDate = false // the upstream's own comes through
    const headers = answered(raw, 'head')
    const reading = readingOf(raw)
    if (reading === 'events') headers.push('X-Accel-Buffering', 'no')
    if (reading !== 'whole' && framing.by !== 'length') this.#work.isFollowed?.()
    response.writeHead(status, message, headers)
  }
}

const acceptsTrailers = ({ headers: { te } }: IncomingMessage): boolean =>
  te !== undefined && /\btrailers\b/i.test(`${te}`)

function entries(raw: RawHeaders): [string, string][] {
  return Array.from({ length: raw.length >> 1 }, (_, index) => [
    raw[2 * index] ?? '',
    raw[2 * index + 1] ?? '',
  ])
}

/** A response object on the socket of a request to upgrade, which node gives none. The connection ends with it. */
export function responseOn(socket: Socket, response: ServerResponse): ServerResponse {
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => socket.destroySoon())
  return response
}
