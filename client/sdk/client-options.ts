import { parseBaseUrl } from '../../lib/base-url.ts'

/** The address without its last slash. A program that gives one that is none has a bug. */
export function checkedAddress(baseUrl: string): string {
  const address = parseBaseUrl(baseUrl)
  if (!address.ok) throw new TypeError(`baseUrl "${baseUrl}": ${address.reason}`)
  return address.url
}

export function checkedToken(token: string | undefined): string | undefined {
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new TypeError('the token must be printable ASCII without spaces')
  return token
}
