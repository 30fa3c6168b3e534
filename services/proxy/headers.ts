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
  const { host } = forwarded
  const kept = withoutHopByHop(raw, name => name === 'host' || ours.has(name) || Object.hasOwn(trace, name))
  // That of the request line counts where it has one, and HTTP/1.0 needs none (RFC 9112, section 3.2).
  kept.unshift('Host', host ?? 'localhost')
  return [...kept, ...forwardedHeaders(forwarded), ...Object.entries(trace).flat()]
}

/** What is asked of the next connection where the client takes trailers (RFC 9110, section 10.1.4). */
export const takesTrailers = ['TE', 'trailers', 'Connection', 'TE'] as const

/** What goes back to the client. */
export const responseHeaders = (raw: RawHeaders): string[] => withoutHopByHop(raw, () => false)

function withoutHopByHop(raw: RawHeaders, dropped: (name: string) => boolean): string[] {
  const named = namedByConnection(raw)
  const kept: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const lower = name.toLowerCase()
    if (!hopByHop.has(lower) && !named?.has(lower) && !dropped(lower)) kept.push(name, raw[index + 1] ?? '')
  }
  return kept
}

/** They say where a body ends and whom it is for, which nobody may declare away. */
const neverNamed = new Set(['content-length', 'host'])

/** Further headers that the sender has declared to concern this connection only. */
function namedByConnection(raw: RawHeaders): Set<string> | undefined {
  let named: Set<string> | undefined
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    named ??= new Set()
    for (const part of (raw[index + 1] ?? '').split(',')) {
      const lower = part.trim().toLowerCase()
      if (!neverNamed.has(lower)) named.add(lower)
    }
  }
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

/**
 * How an answer is read: as it comes, by the word of the service for proxies to hold nothing back, or because it is a stream of
 * events, of which none has been told; or as a whole.
 */
export function readingOf(raw: RawHeaders): 'followed' | 'events' | 'whole' {
  let reading: 'events' | 'whole' = 'whole'
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    if (name.length === 12 && name.toLowerCase() === 'content-type')
      reading = /^text\/event-stream\b/i.test(raw[index + 1] ?? '') ? 'events' : 'whole'
    else if (name.length === 17 && name.toLowerCase() === 'x-accel-buffering') return 'followed'
  }
  return reading
}
