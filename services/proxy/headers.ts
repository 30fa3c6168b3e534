import { isIPv6 } from 'node:net'
import type { TraceCarrier } from '../../lib/trace.ts'
import { proofHeader } from '../store/proxy-proof.ts'
import type { Client } from './trusted-proxies.ts'

/**
 * Headers as they stand on the wire: name, value, name, value. Nothing is joined, sorted or renamed on the way through.
 */
export type RawHeaders = readonly string[]

/** They concern one connection only, and end at a proxy (RFC 9110, section 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What a client says of these goes no further: anybody can write them. */
const ours = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  proofHeader,
])

export type Forwarded = Client & {
  readonly host: string | undefined
  /** What proves to the upstream that this is the proxy. */
  readonly proof: string
}

/**
 * What goes to the upstream: the client's headers, and ours of where they come from. `trace`: what stands in place of the
 * client's own headers of that name.
 */
export function requestHeaders(raw: RawHeaders, forwarded: Forwarded, trace: TraceCarrier = {}): string[] {
  // Node has answered `Expect: 100-continue` itself.
  const kept = withoutHopByHop(raw, name => ours.has(name) || name === 'expect' || Object.hasOwn(trace, name))
  return [...kept, ...forwardedHeaders(forwarded), ...Object.entries(trace).flat()]
}

/** What goes back to the client. */
export const responseHeaders = (raw: RawHeaders): string[] => withoutHopByHop(raw, () => false)

function withoutHopByHop(raw: RawHeaders, dropped: (name: string) => boolean): string[] {
  const named = namedByConnection(raw)
  const kept: string[] = []
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase()
    if (!hopByHop.has(lower) && !named.has(lower) && !dropped(lower)) kept.push(name, value)
  }
  return kept
}

/** Further headers that the sender has declared to concern this connection only. */
function namedByConnection(raw: RawHeaders): Set<string> {
  const named = new Set<string>()
  for (const [name, value] of pairs(raw))
    if (name.toLowerCase() === 'connection')
      for (const part of value.split(',')) named.add(part.trim().toLowerCase())
  return named
}

/** RFC 7239, and the older headers that say the same. */
export function forwardedHeaders({ address, host, protocol, proof }: Forwarded): string[] {
  const parts = []
  if (address !== undefined) parts.push(`for=${isIPv6(address) ? `"[${address}]"` : address}`)
  if (host !== undefined) parts.push(`host=${quoted(host)}`)
  parts.push(`proto=${protocol}`)
  return [
    ...(address === undefined ? [] : ['X-Forwarded-For', address]),
    ...(host === undefined ? [] : ['X-Forwarded-Host', host]),
    'X-Forwarded-Proto',
    protocol,
    'Forwarded',
    parts.join(';'),
    proofHeader,
    proof,
  ]
}

const quoted = (text: string): string =>
  /^[!#$%&'*+.^_`|~\w-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`

function* pairs(raw: RawHeaders): Generator<[string, string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? '']
}
