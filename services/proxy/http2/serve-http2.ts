import type { Server } from 'node:http'
import { performServerHandshake, type ServerHttp2Session, type ServerOptions } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { mostHeadBytes } from '../../contract/malformed-request.ts'
import { Http2Request } from './http2-request.ts'
import { Http2Response } from './http2-response.ts'

/** How long a connection may be open on which nothing is being answered, in milliseconds. */
const idleMs = 60_000
/** How much of bodies may wait on one connection, in bytes. */
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

/** Serves HTTP/2 on connections that have agreed to it; requests come to the server as those of HTTP/1.1 do. */
export class Http2Connections {
  readonly #server: Server
  readonly #sessions = new Set<ServerHttp2Session>()

  constructor(server: Server) {
    this.#server = server
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
    session.once('close', () => this.#sessions.delete(session))
    session.on('stream', (stream, headers, _flags, raw) => {
      streams++
      stream.once('close', () => {
        streams--
      })
      this.#asked(new Http2Request({ stream, headers, raw, socket }), new Http2Response(stream))
    })
  }

  #asked(request: Http2Request, response: Http2Response): void {
    const { method, headers } = request
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
