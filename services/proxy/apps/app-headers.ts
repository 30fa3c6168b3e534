import { proofHeader } from '../../store/proxy-proof.ts'
import { type Forwarded, type RawHeaders, requestHeaders, responseHeaders } from '../headers.ts'
import { passCookie } from './app-pass-cookie.ts'
import { isOwnToken } from './own-credential.ts'

/** Cookies of the control plane: whatever the domain, no app gets them, and none sets them. */
const ownCookies = new Set(['auth_token', 'refresh_token', 'device_token', passCookie])

export type ToApp = {
  readonly by: 'origin' | 'path'
  /** What the request was let in by. */
  readonly admittedBy: 'pass' | 'credential'
  readonly prefix: string
}

/**
 * What goes to an app: nothing that opens the control plane, and of who asks what we know ourselves. On a path of the server
 * every cookie is the server's.
 */
export function toAppHeaders(
  raw: RawHeaders,
  forwarded: Forwarded,
  { by, admittedBy, prefix }: ToApp,
): string[] {
  const kept: string[] = []
  for (const [name, value] of pairs(requestHeaders(raw, forwarded))) {
    const lower = name.toLowerCase()
    if (lower === proofHeader || lower === 'x-forwarded-prefix') continue
    if (lower === 'authorization' && (by === 'path' || admittedBy === 'credential' || isOwnToken(value)))
      continue
    if (lower === 'cookie') {
      const cookies = by === 'path' ? '' : withoutOwn(value)
      if (cookies !== '') kept.push(name, cookies)
      continue
    }
    kept.push(name, value)
  }
  return prefix === '' ? kept : [...kept, 'X-Forwarded-Prefix', prefix]
}

const withoutOwn = (cookies: string): string =>
  cookies
    .split(';')
    .map(cookie => cookie.trim())
    .filter(cookie => cookie !== '' && !ownCookies.has(nameOf(cookie)))
    .join('; ')

const nameOf = (cookie: string): string => (cookie.split('=', 1)[0] ?? '').trim()

/** What an app says of more than its answer, which on the server's origin would be said of the server. */
const aboutTheOrigin = new Set([
  ...['set-cookie', 'set-cookie2', 'clear-site-data', 'strict-transport-security', 'public-key-pins'],
  ...['service-worker-allowed', 'alt-svc', 'report-to', 'reporting-endpoints', 'nel', 'expect-ct'],
  ...['access-control-allow-origin', 'access-control-allow-credentials', 'origin-agent-cluster'],
])

/**
 * What comes back of an app. On a path of the server a page of it gets an origin that is nobody's, so that it can do nothing
 * with what the browser has of the server. On an origin of its own its cookies are that origin's alone.
 */
export function fromAppHeaders(
  raw: RawHeaders,
  by: ToApp['by'],
  part: 'head' | 'trailers' = 'head',
): string[] {
  const kept: string[] = []
  for (const [name, value] of pairs(responseHeaders(raw))) {
    const lower = name.toLowerCase()
    if (by === 'path' && aboutTheOrigin.has(lower)) continue
    if (lower === proofHeader) continue
    if (lower === 'set-cookie') {
      if (!ownCookies.has(nameOf(value))) kept.push(name, hostOnly(value))
    } else kept.push(name, value)
  }
  if (by === 'path' && part === 'head') kept.push(...sandboxed)
  return kept
}

/** No scripts of an app have the server's origin, nor is its text taken for a script of the server's. */
const sandboxed = [
  'Content-Security-Policy',
  'sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads',
  'X-Content-Type-Options',
  'nosniff',
]

/** A domain would have browsers send it to other apps as well. */
const hostOnly = (cookie: string): string =>
  cookie
    .split(';')
    .filter(part => !/^\s*domain\s*(?:=|$)/i.test(part))
    .join(';')

function* pairs(raw: RawHeaders): Generator<[string, string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? '']
}
