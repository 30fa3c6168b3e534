import type { Agent, Dispatcher } from 'undici'
import { explainConnectionError } from './connection-error.ts'
import type { HttpRequest } from './http-request.ts'

export type TransportOptions = {
  readonly baseUrl: string
  readonly token: string | undefined
  /** Certificates in PEM that replace the built-in authorities. */
  readonly ca: string | undefined
  /** Take any certificate. */
  readonly insecure: boolean
}

export type Answer = {
  readonly status: number
  readonly headers: Dispatcher.ResponseData['headers']
  readonly body: Dispatcher.ResponseData['body']
}

export type SendOptions = {
  readonly accept: string
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** The longest silence in the middle of the body; 0 for none. */
  readonly idleMs: number
}

/** Sends requests to one server; keeps its connections for reuse. */
export type Transport = AsyncDisposable & {
  /** Resolves when the head of the answer is there. Rejects with a ConnectionError, or with the signal's reason. */
  send(request: HttpRequest, options: SendOptions): Promise<Answer>
}

/** undici is loaded by the first request: it takes longer to load than `--help` to run. */
export function createTransport({ baseUrl, token, ca, insecure }: TransportOptions): Transport {
  let loaded: Promise<Agent> | undefined
  const load = async (): Promise<Agent> => {
    const { Agent } = await import('undici')
    return new Agent({ connect: { rejectUnauthorized: !insecure, ...(ca === undefined ? {} : { ca }) } })
  }
  const { origin, pathname } = new URL(baseUrl)
  const prefix = pathname.replace(/\/+$/, '')

  return {
    async send({ method, path, body }, { accept, headers, signal, idleMs }) {
      loaded ??= load()
      const agent = await loaded
      try {
        const answer = await agent.request({
          origin,
          path: prefix + path,
          method,
          body: body ?? null,
          headers: {
            ...headers,
            accept,
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          signal,
          // The caller's signal carries the deadline, which depends on how long the server was asked to wait.
          headersTimeout: 0,
          bodyTimeout: idleMs,
        })
        return { status: answer.statusCode, headers: answer.headers, body: answer.body }
      } catch (error) {
        signal.throwIfAborted()
        throw explainConnectionError(baseUrl, error)
      }
    },
    async [Symbol.asyncDispose]() {
      if (loaded !== undefined) await (await loaded).destroy()
    },
  }
}
