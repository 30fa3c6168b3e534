import type { IncomingHttpHeaders } from 'node:http'
import { type Refusal, refuse } from '../outcome.ts'

/** What a request may take up besides its body, within `mostHeadBytes` of all of that. */
export const longestUrl = 8 * 1024
export const mostHeaders = 100
/** Of an operation that says nothing else. */
export const defaultBodyBytes = 1024 * 1024

export type RequestHead = {
  readonly url?: string | undefined
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingHttpHeaders
}

/** What is wrong with a request before anything of it is looked at. */
export function oversized({ url = '', rawHeaders, headers }: RequestHead): Refusal | undefined {
  if (url.length > longestUrl)
    return refuse('url_too_long', `the address is longer than ${longestUrl} characters`)
  // Names and values, one after the other.
  if (rawHeaders.length > mostHeaders * 2)
    return refuse('headers_too_large', `the request has more than ${mostHeaders} headers`)
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return refuse('unsupported_media_type', 'send the body as it is, without a Content-Encoding')
  return undefined
}
