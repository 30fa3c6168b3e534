import { checkedAddress, checkedToken } from './client-options.ts'
import { type Client, clientOver } from './client-over.ts'
import { fetchTransport } from './fetch-transport.ts'
import { retryingTransport } from './retrying-transport.ts'
import { type TransportEvent, toldTransport } from './told-transport.ts'

export { type ClientError, isClientError } from './client-error.ts'
export type { Client } from './client-over.ts'

export type BrowserClientOptions = {
  /** Address of the API, or of the proxy followed by `/api`. */
  readonly baseUrl: string
  /** Without one the cookie of whoever is signed in counts. */
  readonly token?: string | undefined
  /** Ends every call of this client. */
  readonly signal?: AbortSignal | undefined
  /** How often a request is sent again that the server is too busy for; see `retryingTransport`. */
  readonly retries?: number | undefined
  /** Is told of every request. */
  readonly tell?: ((event: TransportEvent) => void) | undefined
  readonly fetch?: typeof fetch
}

/** The same client over `fetch`. Nothing that can be reached from here is of Node. */
export function createClient({
  baseUrl,
  token,
  signal,
  retries = 0,
  tell = () => {},
  fetch,
}: BrowserClientOptions): Client {
  const address = checkedAddress(baseUrl)
  const web = fetchTransport({
    baseUrl: address,
    token: checkedToken(token),
    ...(fetch === undefined ? {} : { fetch }),
  })
  const transport = retryingTransport(toldTransport(web, tell), { most: retries, tell })
  return clientOver({ address, transport, signal })
}
