/** An address that a client can use, without a trailing slash, or what is wrong with it. */
export type BaseUrl =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly reason: string }

/** A path prefix such as `/api` is kept. Credentials belong in the token, never in an address that gets printed. */
export function parseBaseUrl(text: string): BaseUrl {
  const refuse = (reason: string): BaseUrl => ({ ok: false, reason })
  if (!URL.canParse(text)) return refuse('expected an address such as http://127.0.0.1:8000')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return refuse(`expected an address that begins with http:// or https://, not ${url.protocol}`)
  if (url.hostname === '') return refuse('it names no host')
  if (url.username !== '' || url.password !== '') return refuse('it must not contain a user name or password')
  if (url.search !== '' || url.hash !== '') return refuse('it must not contain a query or a fragment')
  return { ok: true, url: `${url.origin}${url.pathname.replace(/\/+$/, '')}` }
}
