import { type Dispatcher, request } from 'undici'
import { redirected, shown } from './allowed-url.ts'
import { DownloadError } from './fault.ts'
import type { Network } from './network.ts'
import { networkFault } from './network-fault.ts'

const redirects = new Set([301, 302, 303, 307, 308])
const mostRedirects = 10

export type Answer = {
  /** The URL that answered, at the end of all redirects. */
  url: URL
  status: number
  header(name: string): string | undefined
  /** The body as it arrives. Throws a DownloadError where the server falls silent or cuts the connection. */
  chunks(): AsyncGenerator<Buffer>
}

type Asked = { method?: 'GET' | 'HEAD'; headers?: Record<string, string> }

/**
 * One request, with the redirects it meets. `use` has the answer while the connection is open; nothing of it is left
 * when this returns. A server that says nothing for `silenceMs`, at whatever point, is given up.
 */
export async function ask<T>(
  network: Network,
  first: URL,
  { method = 'GET', headers = {} }: Asked,
  use: (answer: Answer) => Promise<T>,
): Promise<T> {
  const { dispatcher, proxies, patience, signal } = network
  const { silenceMs } = patience
  const control = new AbortController()
  let silent = false
  const watch = setTimeout(() => {
    silent = true
    control.abort()
  }, silenceMs)
  const stop = () => control.abort()
  signal.addEventListener('abort', stop)
  const stopped = new Promise<never>((_, reject) =>
    control.signal.addEventListener('abort', () => reject(control.signal.reason)),
  )
  stopped.catch(() => {}) // after the last answer nobody waits for it
  let url = first
  const told = (error: unknown, received?: { bytes: number; total: number | undefined }): unknown => {
    if (error instanceof DownloadError) return error
    if (signal.aborted) return signal.reason
    if (silent) return new DownloadError({ kind: 'silent', host: url.host, seconds: silenceMs / 1000 }, error)
    const fault = networkFault(error, url, proxies)
    if (fault === undefined) return error
    if (fault.kind === 'unreachable' && received !== undefined)
      return new DownloadError(
        { kind: 'cut', host: url.host, received: received.bytes, total: received.total },
        error,
      )
    return new DownloadError(fault, error)
  }
  try {
    signal.throwIfAborted()
    for (let hops = 0; ; hops++) {
      const response = await send(url)
      watch.refresh()
      const { statusCode: status, headers: got, body } = response
      body.on('error', () => {}) // told where it is read
      if (redirects.has(status)) {
        body.destroy()
        if (hops === mostRedirects)
          throw new DownloadError({
            kind: 'redirect',
            from: shown(first),
            to: shown(url),
            reason: `there are more than ${mostRedirects} redirects`,
          })
        url = redirected(url, one(got.location))
        continue
      }
      const length = Number(one(got['content-length']) ?? Number.NaN)
      return await use({
        url,
        status,
        header: name => one(got[name]),
        chunks: async function* () {
          let bytes = 0
          try {
            for await (const chunk of body) {
              watch.refresh()
              bytes += chunk.length
              yield chunk
            }
          } catch (error) {
            throw told(error, { bytes, total: Number.isNaN(length) ? undefined : length })
          }
        },
      })
    }
  } finally {
    clearTimeout(watch)
    signal.removeEventListener('abort', stop)
    control.abort() // what is left of a body is not waited for
  }

  async function send(to: URL): Promise<Dispatcher.ResponseData> {
    const sent = request(new URL(to.pathname + to.search, to.origin), {
      dispatcher,
      method,
      signal: control.signal,
      headers: { 'accept-encoding': 'identity', ...headers, ...credentials(to) },
    })
    try {
      // undici hears of an abort only once it is connected, which a proxy may put off for ever.
      return await Promise.race([sent, stopped])
    } catch (error) {
      sent.then(
        late => late.body.on('error', () => {}).destroy(),
        () => {},
      )
      throw told(error)
    }
  }
}

/** Credentials of a URL go to the host that it names, and no further: a redirect has its own. */
function credentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value
