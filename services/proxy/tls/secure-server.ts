import type { RequestListener, ServerOptions } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Logger } from 'pino'
import { type CertificateFiles, readCertificate } from './certificate.ts'
import { watchCertificate } from './kept-certificate.ts'

export type SecureOptions = CertificateFiles & {
  /** How often the files are looked at, in milliseconds. */
  readonly lookEvery: number
  readonly http: ServerOptions
  /** How long shaking hands may take, in milliseconds. */
  readonly handshake: number
  /** How many connections may be open, shaken hands or not. */
  readonly connections: number
  readonly log: Logger
}

/** A server for TLS 1.2 and later, and HTTP/1.1 in it. New connections have the certificate that the files hold at the time. */
export async function secureServer(
  options: SecureOptions,
  onRequest: RequestListener,
): Promise<{ readonly server: Server } & Disposable> {
  const { log } = options
  const { cert, key, validTo } = await readCertificate(options)
  const security = { minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] } as const
  const server = createServer(
    { ...options.http, ...security, cert, key, handshakeTimeout: options.handshake },
    onRequest,
  )
  server.maxConnections = options.connections
  if (validTo.getTime() < Date.now()) log.error({ validTo }, 'the certificate has expired')
  const watched = watchCertificate(options, {
    every: options.lookEvery,
    log,
    use: next => server.setSecureContext({ minVersion: security.minVersion, cert: next.cert, key: next.key }),
  })
  return { server, [Symbol.dispose]: () => watched[Symbol.dispose]() }
}
