import type { Server } from 'node:http'
import { performServerHandshake, type ServerHttp2Session, type ServerOptions } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { malformedRequest, mostHeadBytes } from '../../contract/malformed-request.ts'
import { sendProblem } from '../problem.ts'
import { Http2Request } from './http2-request.ts'
import { Http2Response } from './http2-response.ts'

/** How long a connection may be open on which nothing is being answered, in milliseconds. */
const idleMs = 60_000
/** After so many looks without a word of a client it counts as gone; where it wants to leave once it has its answers, and cannot be asked. */
const mostSilent = 4
const mostSilentLeaving = 40
/** How much of bodies may be on its way on one connection, in bytes. What waits here `initialWindowSize` bounds for each request. */
const sessionWindow = 1_048_576

/**
 * What a connection may ask of us. What nghttp2 bounds by itself stands here as well where the figure is ours to know:
 * requests that are reset as soon as they are sent (CVE-2023-44487) end the connection once there are more than `streamResetBurst`
 * of them, and `streamResetRate` a second.
 */
const bounds: ServerOptions = {
  settings: { maxConcurrentStreams: 100, maxHeaderListSize: mostHeadBytes, initialWindowSize: 262_144 },
  maxHeaderListPairs: 256,
  maxSessionMemory: 10,
  maxOutstandingPings: 10,
  maxSettings: 32,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  streamResetBurst: 200,
  streamResetRate: 20,
  // What the service says twice is passed on twice.
  strictSingleValueFields: false,
}

/**
 * In milliseconds: how often it is looked whether a client is still there, how long all of a request may take to come, and how long a
 * client may take none of its answer.
 */
type Http2Options = {
  readonly alive: number
  readonly request: number
  readonly slowReader: number
  /** How many requests may be in progress on all connections, but for the first on each. */
  readonly requests: number
}

/** Serves HTTP/2 on connections that have agreed to it; requests come to the server as those of HTTP/1.1 do. */
export class Http2Connections {
  readonly #server: Server
  readonly #options: Http2Options
  readonly #sessions = new Set<ServerHttp2Session>()
  #inProgress = 0

  constructor(server: Server, options: Http2Options) {
    this.#server = server
    this.#options = options
  }

  serve(socket: TLSSocket): void {
    if (socket.destroyed) return
    const session = performServerHandshake(socket, bounds)
    this.#sessions.add(session)
    let streams = 0
    session.setLocalWindowSize(sessionWindow)
    session.setTimeout(idleMs, () => {
      if (streams === 0) session.close()
    })
    session.on('error', () => {}) // 'close' follows
    const look = endUnanswering(session, socket, this.#options.alive)
    session.once('close', () => {
      clearInterval(look)
      this.#sessions.delete(session)
    })
    session.on('stream', (stream, headers, _flags, raw) => {
      // What was reset before anybody could be told is over already, and would not say so again.
      if (stream.closed || stream.destroyed) return void stream.on('error', () => {})
      streams++
      stream.once('close', () => void streams--)
      const request = new Http2Request({ stream, headers, raw, socket })
      const response = new Http2Response(stream, this.#options.slowReader)
      // One on each connection there may be over HTTP/1.1 as well: nobody takes the place of that.
      if (this.#inProgress >= this.#options.requests && streams > 1)
        return sendProblem(response, 'not_ready', 'as many requests are in progress as may be; try again')
      this.#asked(request, response, raw)
      // Who is refused, or answered on the spot, may take that when he likes: it is in progress no more.
      if (response.writableEnded) return
      this.#inProgress++
      stream.once('close', () => void this.#inProgress--)
    })
  }

  #asked(request: Http2Request, response: Http2Response, raw: readonly string[]): void {
    const { method, headers } = request
    if (sizeOf(raw) > mostHeadBytes) {
      const { code, detail } = malformedRequest('HPE_HEADER_OVERFLOW')
      sendProblem(response, code, detail)
      return
    }
    if (!request.stream.endAfterHeaders) endLate(request, response, this.#options.request)
    if (method === 'CONNECT') response.writeHead(405).end()
    else if (headers.expect === undefined) this.#server.emit('request', request, response)
    else if (headers.expect.toLowerCase() === '100-continue')
      this.#server.emit('checkContinue', request, response)
    else response.writeHead(417).end()
  }

  /** Has clients leave: what is being answered still is, what they ask next they ask on another connection. */
  leave(): void {
    for (const session of this.#sessions) session.close()
  }
}

/** As Node does with requests of HTTP/1.1 (`requestTimeout`): one that drips is not held for ever. */
function endLate(request: Http2Request, response: Http2Response, ms: number): void {
  const timer = setTimeout(() => {
    if (response.headersSent) response.destroy()
    else sendProblem(response, 'request_timeout', 'the request was not sent in time')
  }, ms).unref()
  for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer))
}

/**
 * Ends a connection on which nothing has come for some time though the client is asked for a sign of life. That one was cut while
 * something is being written Node may never notice: it reads no more until that is over, which it never is.
 */
function endUnanswering(session: ServerHttp2Session, socket: TLSSocket, every: number): NodeJS.Timeout {
  let [heard, looks] = [socket.bytesRead, 0]
  return setInterval(() => {
    if (session.destroyed) return
    looks = socket.bytesRead === heard ? looks + 1 : 0
    heard = socket.bytesRead
    if (looks >= (session.closed ? mostSilentLeaving : mostSilent)) session.destroy()
    else if (!session.closed) session.ping(() => {})
  }, every).unref()
}

/**
 * As `maxHeaderListSize` counts (RFC 9113, section 6.5.2), to which nghttp2 holds a client only once that has acknowledged it: until
 * then a few bytes that refer to one long field again and again would become megabytes.
 */
const sizeOf = (raw: readonly string[]): number => raw.reduce((size, text) => size + text.length + 16, 0)
