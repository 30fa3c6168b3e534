import { networkOf } from './limits/network-of.ts'
import { isLoopback } from './loopback.ts'

/**
 * Whom to count attempts for. A connection of this machine may be the proxy's, whose word is taken for who came to it;
 * others on this machine may say what they like, and are one all the same: what they say is only added to what they are.
 */
export function clientAddress(remote = '', forwardedFor: string | string[] | undefined): string {
  const peer = networkOf(remote)
  const isHere = isLoopback(remote) || isLoopback(peer)
  if (!isHere || typeof forwardedFor !== 'string') return peer
  return `${networkOf(forwardedFor.slice(0, 100))} by ${peer}`
}
