import { isIPv6 } from 'node:net'
import { plainAddress } from './ip-address.ts'

/** What an address is counted as. Who has one of IPv6 has the 2^64 beside it; one of IPv4 may come in the form of IPv6. */
export function networkOf(address: string): string {
  const bare = plainAddress(address)
  if (!isIPv6(bare)) return bare
  const { hostname } = new URL(`http://[${bare}]`)
  const [head = '', tail] = hostname.slice(1, -1).split('::')
  const [before, after] = [head, tail ?? ''].map(part => part.split(':').filter(Boolean))
  const zeros = Array<string>(Math.max(0, 8 - (before?.length ?? 0) - (after?.length ?? 0))).fill('0')
  return [...(before ?? []), ...zeros, ...(after ?? [])].slice(0, 4).join(':')
}
