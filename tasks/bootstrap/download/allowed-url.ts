import { DownloadError } from './fault.ts'

/**
 * The URLs that are asked: https, and http to this host itself, where nobody can be in between. No redirect leads from
 * https to http.
 */
export function allowedUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null)
    throw new DownloadError({ kind: 'bad_url', url: JSON.stringify(text), reason: 'it is no URL' })
  const reason = reasonAgainst(url)
  if (reason !== undefined) throw new DownloadError({ kind: 'bad_url', url: shown(url), reason })
  return url
}

/** Where a redirect leads, or an error that names both ends. */
export function redirected(from: URL, location: string | undefined): URL {
  const to = location === undefined ? null : URL.parse(location, from.href)
  const refuse = (reason: string) =>
    new DownloadError({
      kind: 'redirect',
      from: shown(from),
      to: to === null ? 'nowhere' : shown(to),
      reason,
    })
  if (to === null) throw refuse('its Location is no URL')
  if (from.protocol === 'https:' && to.protocol !== 'https:') throw refuse('it leaves https')
  const reason = reasonAgainst(to)
  if (reason !== undefined) throw refuse(reason)
  return to
}

/** A URL as it may be printed: without credentials, and without a query, which may hold a signature. */
export function shown(url: URL): string {
  const { protocol, host, pathname } = url
  return `${protocol}//${host}${pathname}`
}

function reasonAgainst({ protocol, hostname }: URL): string | undefined {
  if (protocol === 'https:') return undefined
  if (protocol !== 'http:') return `its scheme is ${protocol.slice(0, -1)}, expected https`
  return isLoopback(hostname) ? undefined : 'http is for this host alone, use https'
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
