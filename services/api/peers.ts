import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { plainAddress } from '../../lib/ip-address.ts'
import { proofHeader } from '../store/proxy-proof.ts'

/**
 * Whom requests come from. The proxy is believed about who came to it, and proves that it is the proxy: others on this
 * machine, commands of sessions among them, connect from the same address and may say what they like.
 */
export class Peers {
  readonly #proof: Buffer

  /** `proof`: what the proxy sends in `proofHeader`. */
  constructor(proof: string) {
    this.#proof = Buffer.from(proof)
  }

  /** Null where the connection is gone already. */
  address({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string | null {
    const told = headers['x-forwarded-for']
    if (typeof told === 'string' && isIP(told) !== 0 && this.#isProxy(headers[proofHeader]))
      return plainAddress(told)
    return socket.remoteAddress === undefined ? null : plainAddress(socket.remoteAddress)
  }

  #isProxy(proof: string | string[] | undefined): boolean {
    if (typeof proof !== 'string') return false
    const given = Buffer.from(proof)
    return given.length === this.#proof.length && timingSafeEqual(given, this.#proof)
  }
}
