import type { RequestListener, ServerOptions } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import { systemClock } from '../../../lib/clock.ts'
import type { RoomOptions } from '../../../lib/connection-room.ts'
import { Tally } from '../../../lib/tally.ts'
import { Http2Connections } from '../http2/serve-http2.ts'
import { type CertificateFiles, readCertificate } from './certificate.ts'
import { watchCertificate } from './kept-certificate.ts'

export type SecureOptions = CertificateFiles & {
  /** How often the files are looked at, in milliseconds. */
  readonly lookEvery: number
  readonly http: ServerOptions
  /** How long shaking hands may take, in milliseconds. */
  readonly handshake: number
  /** How often clients of HTTP/2 are asked for a sign of life, in milliseconds. */
  readonly alive: number
  /** How long all of a request may take to come, in milliseconds. */
  readonly request: number
  /** How long a client of HTTP/2 may take none of its answer, in milliseconds. */
  readonly slowReader: number
  /** How many connections may be open, and over HTTP/2 requests in progress besides one on each; as many again may be shaking hands. */
  readonly connections: number
  /** What one address may have of each of them. */
  readonly share: NonNullable<RoomOptions['share']>
  readonly log: Logger
}

export type SecureServer = Disposable & {
  readonly server: Server
  /** Has clients of HTTP/2 leave. */
  leave(): void
}

/**
 * A server for TLS 1.2 and later, with HTTP/2 and HTTP/1.1 in it, as the client chooses. New connections have the certificate
 * that the files hold at the time.
 */
export async function secureServer(
  options: SecureOptions,
  onRequest: RequestListener,
): Promise<SecureServer> {
  const { log } = options
  const current = await readCertificate(options)
  const { cert, key } = current
  const security = { minVersion: 'TLSv1.2', ALPNProtocols: ['h2', 'http/1.1'] } as const
  const server = createServer(
    { ...options.http, ...security, cert, key, handshakeTimeout: options.handshake },
    onRequest,
  )
  server.maxConnections = 2 * options.connections
  boundHandshakes(server, options.share)
  const { alive, request, slowReader, connections: requests } = options
  const http2 = new Http2Connections(server, { alive, request, slowReader, requests })
  chooseProtocol(server, socket => http2.serve(socket))
  const watched = watchCertificate(options, {
    ...{ current, every: options.lookEvery, log, clock: systemClock },
    use: next => server.setSecureContext({ minVersion: security.minVersion, cert: next.cert, key: next.key }),
  })
  return { server, leave: () => http2.leave(), [Symbol.dispose]: () => watched[Symbol.dispose]() }
}

/** Whoever shakes hands and never ends doing so has as many places again as others of its address, and no more. */
function boundHandshakes(server: Server, { most, holderOf, reached }: SecureOptions['share']): void {
  const open = new Tally<string>()
  server.on('connection', (socket: Socket) => {
    const holder = holderOf(socket)
    if (holder === undefined) return
    socket.once('close', () => open.drop(holder))
    if (open.add(holder) <= 2 * most) return
    reached(holder)
    socket.destroy()
  })
}

/** Has connections that have agreed to HTTP/2 served by others than Node's server, which reads HTTP/1.1 from all of them. */
function chooseProtocol(server: Server, http2: (socket: TLSSocket) => void): void {
  const event = 'secureConnection'
  const http1 = server.listeners(event)
  server.removeAllListeners(event)
  server.on(event, socket => {
    if (socket.alpnProtocol === 'h2') http2(socket)
    else for (const listener of http1) listener.call(server, socket)
  })
}
