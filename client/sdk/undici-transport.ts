import type { Agent } from 'undici'
import { explainConnectionError } from './connection-error.ts'
import { headersOf, type Transport } from './transport.ts'

export type UndiciTransportOptions = {
  readonly baseUrl: string
  readonly token: string | undefined
  readonly userAgent: string
  /** Certificates in PEM that replace the built-in authorities. */
  readonly ca: string | undefined
  /** Take any certificate. */
  readonly insecure: boolean
}

/** For Node: TLS as one wants it. undici is loaded by the first request: it takes longer to load than `--help` to run. */
export function undiciTransport({
  baseUrl,
  token,
  userAgent,
  ca,
  insecure,
}: UndiciTransportOptions): Transport {
  let loaded: Promise<Agent> | undefined
  const load = async (): Promise<Agent> => {
    const { Agent } = await import('undici')
    return new Agent({ connect: { rejectUnauthorized: !insecure, ...(ca === undefined ? {} : { ca }) } })
  }
  const { origin, pathname } = new URL(baseUrl)
  const prefix = pathname.replace(/\/+$/, '')

  return {
    async send(request, options) {
      loaded ??= load()
      const agent = await loaded
      const { method, path, body } = request
      try {
        const answer = await agent.request({
          origin,
          path: prefix + path,
          method,
          body: body ?? null,
          headers: { 'user-agent': userAgent, ...headersOf(request, options, token) },
          signal: options.signal,
          // The caller's signal carries the deadline, which depends on how long the server was asked to wait.
          headersTimeout: 0,
          bodyTimeout: options.idleMs,
        })
        return {
          status: answer.statusCode,
          header: name => [answer.headers[name]].flat()[0],
          body: answer.body,
        }
      } catch (error) {
        options.signal.throwIfAborted()
        throw explainConnectionError(baseUrl, error)
      }
    },
    async [Symbol.asyncDispose]() {
      if (loaded !== undefined) await (await loaded).destroy()
    },
  }
}
