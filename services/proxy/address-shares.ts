import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Share } from '../../lib/connection-room.ts'
import { networkOf } from '../../lib/network-of.ts'
import { Tally } from '../../lib/tally.ts'
import { sendProblem } from './problem.ts'
import type { Shared } from './share-notices.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

/** A request, and what says by `close` that it is over: its answer, or the connection that it has become. */
export type Held = {
  readonly socket: Socket
  /** Whom it comes from; undefined where that is gone already. */
  readonly address: string | undefined
  readonly until: EventEmitter
}

/**
 * Keeps what one address has of places that are everybody's to a share of them: connections, of which it tells whose they are, and
 * requests in progress. Proxies in front of this one have none of their own: those who come through them do.
 */
export class AddressShares {
  readonly #most: number
  readonly #trusted: TrustedProxies
  readonly #reached: (address: string, of: Shared) => void
  /** How many requests of each are in progress. */
  readonly #held = new Tally<string>()
  readonly #connections = new WeakMap<Socket, Connection>()

  /** `reached`: an address has asked for more than its share. */
  constructor(most: number, trusted: TrustedProxies, reached: (address: string, of: Shared) => void) {
    this.#most = most
    this.#trusted = trusted
    this.#reached = reached
  }

  /** Of connections. */
  get share(): Share {
    return {
      most: this.#most,
      holderOf: socket => this.#connection(socket).holder,
      reached: holder => this.#reached(holder, 'connections'),
    }
  }

  /**
   * Whether there is room for a request, which takes it then. One on each connection there may be always, of which an address has no
   * more than its share; those of proxies bring the requests of many.
   */
  takes({ socket, address, until }: Held): boolean {
    const connection = this.#connection(socket)
    const holder = connection.holder ?? this.#behindProxy(address)
    if (holder === undefined) return true
    const isFirst = connection.holder !== undefined && connection.requests === 0
    if (this.#held.of(holder) >= this.#most && !isFirst) {
      this.#reached(holder, 'requests')
      return false
    }
    this.#held.add(holder)
    connection.requests++
    until.once('close', () => {
      connection.requests--
      this.#held.drop(holder)
    })
    return true
  }

  #connection(socket: Socket): Connection {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    const { remoteAddress } = socket
    const isCounted = remoteAddress !== undefined && !this.#trusted.includes(socket)
    const made = { holder: isCounted ? networkOf(remoteAddress) : undefined, requests: 0 }
    this.#connections.set(socket, made)
    return made
  }

  /** None where a proxy asks for itself: whether this one is there, say. */
  #behindProxy(address: string | undefined): string | undefined {
    if (address === undefined || this.#trusted.includes({ remoteAddress: address })) return undefined
    return networkOf(address)
  }
}

/** `holder`: whose it is, undefined for that of a proxy and of who is gone. `requests`: how many are in progress on it. */
type Connection = { readonly holder: string | undefined; requests: number }

/** To whose address there is none. */
export const sendNoRoom = (response: ServerResponse): void =>
  sendProblem(
    response,
    'not_ready',
    'as many requests are in progress from this address as one may have (proxy.address_share); try again',
  )
