import type { IncomingHttpHeaders } from 'node:http'
import { byteRange } from '../../../lib/byte-range.ts'
import { attachment } from '../../../lib/content-disposition.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import type { ByteSource } from './byte-source.ts'

/** How a file is answered over HTTP: with a body of the bytes `first` to `last`, or without one. */
export type ByteAnswer = {
  readonly status: 200 | 206 | 304
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: { readonly first: number; readonly last: number } | undefined
}

/** What the headers of a request make of a file of `length` bytes. See RFC 9110, sections 13 and 14. */
export function byteAnswer(
  source: ByteSource,
  length: number,
  headers: IncomingHttpHeaders,
): Outcome<ByteAnswer> {
  const etag = `"${source.sha256}"`
  // It is the caller's alone, and may be taken away with its token.
  const validators = { etag, 'cache-control': 'private, no-cache', 'accept-ranges': 'bytes' }
  if (isKnown(headers['if-none-match'], etag))
    return done({ status: 304, headers: validators, body: undefined })
  const described = {
    ...validators,
    'content-type': source.mediaType,
    'content-disposition': attachment(source.name),
    // Whatever a repository calls a web page must not be one on this address.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  }
  const asked = headers['if-range'] === undefined || headers['if-range'] === etag ? headers.range : undefined
  const range = byteRange(asked, length)
  switch (range.kind) {
    case 'invalid':
    case 'whole':
      return done({
        status: 200,
        headers: { ...described, 'content-length': length },
        body: length === 0 ? undefined : { first: 0, last: length - 1 },
      })
    case 'part': {
      const { first, last } = range
      const place = {
        'content-range': `bytes ${first}-${last}/${length}`,
        'content-length': last - first + 1,
      }
      return done({ status: 206, headers: { ...described, ...place }, body: { first, last } })
    }
    case 'unsatisfiable':
      return refuse('range_not_satisfiable', `it has ${length} bytes`, {
        headers: { 'content-range': `bytes */${length}` },
      })
  }
}

const isKnown = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some(one => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
