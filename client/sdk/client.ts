import { checkedAddress, checkedToken } from './client-options.ts'
import { type Client, clientOver } from './client-over.ts'
import { refreshingTransport, type SignInKeeper } from './refreshing-transport.ts'
import { retryingTransport } from './retrying-transport.ts'
import { type TransportEvent, toldTransport } from './told-transport.ts'
import { undiciTransport } from './undici-transport.ts'

export type { Client } from './client-over.ts'

export type ClientOptions = {
  /** Address of the API, or of the proxy followed by `/api`. */
  readonly baseUrl: string
  /** Without one only public operations can be called. */
  readonly token?: string | undefined
  /** Instead of a token: a sign-in, which is refreshed by itself. */
  readonly signIn?: SignInKeeper | undefined
  /** What it calls itself: of clients with one token, each of another name is a viewer of its own of a debug session. */
  readonly userAgent?: string | undefined
  /** Certificates in PEM to trust instead of the built-in authorities. */
  readonly ca?: string | undefined
  /** Take any certificate. For servers of one's own. */
  readonly insecure?: boolean | undefined
  /** Ends every call of this client. */
  readonly signal?: AbortSignal | undefined
  /** How often a request is sent again that the server is too busy for; see `retryingTransport`. None by default. */
  readonly retries?: number | undefined
  /** Is told of every request. */
  readonly tell?: ((event: TransportEvent) => void) | undefined
}

/** A client for programs that run in Node; that for browsers is in `browser.ts`. */
export function createClient({
  baseUrl,
  token,
  signIn,
  userAgent = 'debug-server',
  ca,
  insecure = false,
  signal,
  retries = 0,
  tell = () => {},
}: ClientOptions): Client {
  const address = checkedAddress(baseUrl)
  const undici = undiciTransport({
    baseUrl: address,
    token: checkedToken(token),
    ...{ userAgent, ca, insecure },
  })
  const told = toldTransport(undici, tell)
  const signed = signIn === undefined ? told : refreshingTransport(told, { baseUrl: address, keeper: signIn })
  const transport = retryingTransport(signed, { most: retries, tell })
  return clientOver({ address, transport, signal })
}
