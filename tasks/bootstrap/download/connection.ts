import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { Proxies } from '../../../lib/proxies.ts'

export type ConnectionOptions = {
  proxies: Proxies
  /** PEM texts of the authorities to trust; undefined: those that Node trusts. */
  trusted: readonly string[] | undefined
  connectMs: number
}

/** The connections of one download. A proxy, and the server behind it, are both held to the trusted authorities. */
export function connect({ proxies, trusted, connectMs }: ConnectionOptions): Dispatcher {
  const tls = { timeout: connectMs, ...(trusted === undefined ? {} : { ca: [...trusted] }) }
  return new EnvHttpProxyAgent({
    // Never undefined, or undici would read this process's own environment.
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: proxies.except,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    connectTimeout: connectMs,
    // Silence is watched by whoever asks: undici does not watch a proxy that never answers a CONNECT.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
}
