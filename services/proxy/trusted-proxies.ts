import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import { AddressRanges, plainAddress } from '../../lib/ip-address.ts'

/** Whom a request comes from. */
export type Client = {
  /** Undefined where the connection is gone already. */
  readonly address: string | undefined
  readonly protocol: 'http' | 'https'
}

/**
 * Proxies in front of this one that are believed about whom they forward, by `X-Forwarded-For` and `X-Forwarded-Proto`. Of
 * a chain each is believed about the one before it, for as long as that is one of them too: what stands further to the
 * left was written by whoever liked to.
 */
export class TrustedProxies {
  readonly #ranges: AddressRanges

  constructor(ranges: readonly string[]) {
    this.#ranges = new AddressRanges(ranges)
  }

  /** Whether a connection is that of one of them. */
  includes({ remoteAddress }: Pick<IncomingMessage['socket'], 'remoteAddress'>): boolean {
    return remoteAddress !== undefined && this.#ranges.includes(plainAddress(remoteAddress))
  }

  clientOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): Client {
    const { remoteAddress } = socket
    if (remoteAddress === undefined) return { address: undefined, protocol: 'http' }
    const connected = plainAddress(remoteAddress)
    const protocol = socket instanceof TLSSocket ? 'https' : 'http'
    if (!this.#ranges.includes(connected)) return { address: connected, protocol }
    const isTls = partsOf(headers['x-forwarded-proto']).at(-1)?.toLowerCase() === 'https'
    return {
      address: this.#furthest(connected, partsOf(headers['x-forwarded-for'])),
      protocol: isTls ? 'https' : protocol,
    }
  }

  #furthest(connected: string, told: readonly string[]): string {
    let address = connected
    for (const part of told.toReversed()) {
      if (!this.#ranges.includes(address)) break
      const next = addressIn(part)
      if (next === undefined) break
      address = next
    }
    return address
  }
}

const partsOf = (header: string | string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .flatMap(text => text.split(','))
    .map(part => part.trim())
    .filter(part => part !== '')

/** Some proxies add the port of the connection. */
function addressIn(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  return isIP(bare) === 0 ? undefined : plainAddress(bare)
}
