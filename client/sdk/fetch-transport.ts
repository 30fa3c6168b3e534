import { ConnectionError, explainConnectionError } from './connection-error.ts'
import { headersOf, type Transport } from './transport.ts'

export type FetchTransportOptions = {
  readonly baseUrl: string
  /** Without one a browser sends the cookie of whoever is signed in there. */
  readonly token: string | undefined
  readonly fetch?: typeof fetch
}

/** For browsers, and wherever else there is `fetch`. */
export function fetchTransport({
  baseUrl,
  token,
  fetch = globalThis.fetch.bind(globalThis),
}: FetchTransportOptions): Transport {
  return {
    async send(request, options) {
      const { signal } = options
      try {
        const answer = await fetch(`${baseUrl}${request.path}`, {
          method: request.method,
          body: request.body ?? null,
          headers: headersOf(request, options, token),
          signal,
          cache: 'no-store',
          // No server of this contract sends one elsewhere, and the token is for this one.
          redirect: 'error',
        })
        return {
          status: answer.status,
          header: name => answer.headers.get(name) ?? undefined,
          body: {
            [Symbol.asyncIterator]: () => chunks(answer.body, options.idleMs, baseUrl),
            text: () => answer.text(),
          },
        }
      } catch (error) {
        signal.throwIfAborted()
        throw explainConnectionError(baseUrl, error)
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** By its reader: not every browser iterates over a stream. Whoever stops early closes the connection. */
async function* chunks(
  body: ReadableStream<Uint8Array> | null,
  idleMs: number,
  baseUrl: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body?.getReader()
  if (reader === undefined) return
  try {
    for (;;) {
      const { done, value } = await within(idleMs, reader.read(), baseUrl)
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function within<Value>(idleMs: number, read: Promise<Value>, baseUrl: string): Promise<Value> {
  if (idleMs === 0) return await read
  const silent = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    silent.reject(
      new ConnectionError(
        'timeout',
        baseUrl,
        'it stopped in the middle of its answer',
        'check that the server is up',
      ),
    )
  }, idleMs)
  try {
    return await Promise.race([read, silent.promise])
  } finally {
    clearTimeout(timer)
  }
}
