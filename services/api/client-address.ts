import { isIPv6 } from 'node:net'
import { isLoopback } from './loopback.ts'

/**
 * Whom to count attempts for. A connection of this machine may be the proxy's, whose word is taken for who came to it;
 * others on this machine may say what they like, and are one all the same: what they say is only added to what they are.
 * Of IPv6 the network counts, for whoever has one address of it has all.
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | string[] | undefined,
): string {
  const peer = network(remote ?? '')
  if (!isLoopback(plain(remote ?? '')) || typeof forwardedFor !== 'string') return peer
  return `${network(forwardedFor.slice(0, 100))} by ${peer}`
}

/** An IPv4 address that came over a socket of both kinds, as itself. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

function network(address: string): string {
  const text = plain(address)
  if (!isIPv6(text)) return text
  const url = new URL(`http://[${text.replace(/%.*$/, '')}]`)
  const [before = '', after] = url.hostname.slice(1, -1).split('::')
  const groups = before.split(':').filter(group => group !== '')
  const missing =
    after === undefined ? 0 : 8 - groups.length - after.split(':').filter(group => group !== '').length
  return `${[...groups, ...Array<string>(missing).fill('0'), ...(after ?? '').split(':')].slice(0, 4).join(':')}::/64`
}
