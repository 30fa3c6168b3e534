import type { Dispatcher } from 'undici'
import { type Proxies, proxiesOf } from '../../../lib/proxies.ts'
import { connect } from './connection.ts'
import { defaultPatience, type Patience } from './patience.ts'

/** The way out of this host: its proxies, the authorities it trusts, and how long a server is waited for. */
export type Network = AsyncDisposable & {
  readonly dispatcher: Dispatcher
  readonly proxies: Proxies
  readonly patience: Patience
  readonly signal: AbortSignal
}

export type NetworkOptions = {
  environment: Readonly<Record<string, string | undefined>>
  /** PEM texts; undefined: the authorities that Node trusts. */
  trusted: readonly string[] | undefined
  signal: AbortSignal
  patience?: Patience
}

export function openNetwork({
  environment,
  trusted,
  signal,
  patience = defaultPatience,
}: NetworkOptions): Network {
  const proxies = proxiesOf(environment)
  const dispatcher = connect({ proxies, trusted, ...patience })
  return {
    dispatcher,
    proxies,
    patience,
    signal,
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}
