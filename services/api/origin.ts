/**
 * Which web origins (RFC 6454) may have a browser use the cookies of this server. Cookies go along with whatever page
 * asks, so that what asks has to be known: by `Origin`, which no page can choose for itself.
 */
export type OriginRule = {
  /** The Host header: where the browser believes to be. A cookie is that host's alone, so a rebound name brings none. */
  readonly host: string | undefined
  /** Further origins, as the configuration has them: `api.allowed_origins`. */
  readonly allowed: readonly string[]
}

/** Whether a page of this origin may: one of the server's own, or a configured one. `null` is nobody's. */
export function originMay(origin: string, { host, allowed }: OriginRule): boolean {
  const page = URL.canParse(origin) ? new URL(origin) : undefined
  // A whole URL is no origin: no browser sends one.
  if (page === undefined || page.origin !== origin.toLowerCase()) return false
  if (allowed.includes(page.origin)) return true
  // Whether TLS ends before us is not known here: of the scheme only the default port is taken.
  return host !== undefined && page.host === hostOf(`${page.protocol}//${host}`)
}

/**
 * Whether a request that comes with a cookie instead of a token may be answered. Who only reads may leave the origin
 * out, as browsers do with pages and images; a foreign one is refused either way.
 */
export const cookieMay = (method: string, origin: string | undefined, rule: OriginRule): boolean =>
  origin === undefined ? method === 'GET' || method === 'HEAD' : originMay(origin, rule)

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined)
