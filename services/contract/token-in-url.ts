/** What programs call a credential that they put into a query. No operation has a query field of such a name. */
const names = new Set([
  ...['token', 'access_token', 'auth_token', 'id_token', 'refresh_token', 'api_token', 'bearer_token'],
  ...['api_key', 'apikey', 'bearer', 'authorization', 'jwt'],
])

/** A token or refresh token of ours, or a JWT, under whatever name. */
const secret = /\bds[tr]_[\w-]{43}|\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*/

/**
 * Why a request must not be looked at any further: its URL bears a credential that opens more than this one request, and
 * URLs are kept by histories, logs and proxies (RFC 6750, section 5.3). Undefined where it bears none. Never tells what
 * stands in it.
 */
export function tokenInUrl(url: string): string | undefined {
  const start = url.indexOf('?')
  const query = start === -1 ? [] : [...new URLSearchParams(url.slice(start + 1)).keys()]
  const named = query.find(key => names.has(key.toLowerCase()))
  if (named === undefined && !secret.test(decoded(url))) return undefined
  return leaked(named === undefined ? 'the URL' : `the query (${named.toLowerCase()})`)
}

/** The same, where others may have tokens of their own in URLs. */
export const ownTokenInUrl = (url: string): string | undefined =>
  /\bds[tr]_[\w-]{43}/.test(decoded(url)) ? leaked('the URL') : undefined

const leaked = (where: string): string =>
  `a token in ${where} has leaked to whoever keeps URLs: revoke it, and send another one as Authorization: Bearer …`

function decoded(url: string): string {
  if (!url.includes('%')) return url
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}
