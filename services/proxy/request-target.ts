import type { IncomingMessage } from 'node:http'

/** What a request line asks for: a path with its query, and the host where the line itself names one. */
export type RequestTarget = { readonly path: string; readonly host: string | undefined }

/**
 * Undefined for what a server of ours cannot be asked (`*`, an authority, no URL at all), and where the host is told twice.
 * RFC 9112, section 3.2.
 */
export function requestTarget(request: IncomingMessage): RequestTarget | undefined {
  if (request.rawHeaders.filter((name, index) => index % 2 === 0 && isHost(name)).length > 1) return undefined
  const target = request.url ?? ''
  // HTTP/2 can say what no line of HTTP/1.1 could.
  if (!/^[\x21-\x7e\x80-\xff]+$/.test(target) || !isToken.test(request.method ?? '')) return undefined
  if (target.startsWith('/')) return { path: target, host: request.headers.host }
  if (!/^https?:\/\//i.test(target)) return undefined
  const url = URL.parse(target)
  return url === null ? undefined : { path: `${url.pathname}${url.search}`, host: url.host }
}

const isToken = /^[!#$%&'*+.^_`|~\w-]+$/
const isHost = (name: string): boolean => name.length === 4 && name.toLowerCase() === 'host'
