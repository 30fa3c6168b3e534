import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { byteRange } from '../../../../../lib/byte-range.ts'
import { Refused } from '../serving/refused.ts'
import { mediaType, seenBytes } from './media-type.ts'

/** Changes with whatever is written into a file, and with the file itself. */
export const etagOf = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `"${[ino, size, mtimeNs, ctimeNs].map(one => one.toString(36)).join('-')}"`

/** Whether one of the tags that a header names is this one. `*` is any file that is there. */
export const namesTag = (header: string, etag: string | undefined): boolean =>
  etag !== undefined &&
  header.split(',').some(one => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)

const wholeSeconds = (ms: number): number => Math.floor(ms / 1_000) * 1_000

/**
 * Answers with a file, or the part of it that is asked for (RFC 9110, sections 13 and 14). A repository's pages get no scripts
 * and no origin: `sandbox`. One that is cut short while it is read breaks the connection.
 */
export async function sendFile(
  file: FileHandle,
  name: string,
  { headers, response, withBody, disposition }: Sending,
): Promise<void> {
  const stats = await file.stat({ bigint: true })
  const length = Number(stats.size)
  const etag = etagOf(stats)
  const modified = wholeSeconds(Number(stats.mtimeMs))
  const validators = {
    etag,
    'last-modified': new Date(modified).toUTCString(),
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
  }
  if (isKnown(headers, etag, modified)) {
    response.writeHead(304, validators).end()
    return
  }
  const { bytesRead, buffer } = await file.read(Buffer.alloc(seenBytes), 0, seenBytes, 0)
  const asked = headers['if-range'] === undefined || headers['if-range'] === etag ? headers.range : undefined
  const range = byteRange(asked, length)
  if (range.kind === 'unsatisfiable')
    throw new Refused('RANGE_NOT_SATISFIABLE', `it has ${length} bytes`, {
      'content-range': `bytes */${length}`,
    })
  const isPart = range.kind === 'part'
  const { first, last } = isPart ? range : { first: 0, last: length - 1 }
  response.writeHead(isPart ? 206 : 200, {
    ...validators,
    'content-type': mediaType(name, buffer.subarray(0, bytesRead)),
    'content-length': last - first + 1,
    ...(isPart ? { 'content-range': `bytes ${first}-${last}/${length}` } : {}),
    ...(disposition === undefined ? {} : { 'content-disposition': disposition }),
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "sandbox; default-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'none'; form-action 'none'",
  })
  if (withBody && last >= first) await pipeline(bytesOf(file, first, last), response)
  else response.end()
}

export type Sending = {
  readonly headers: IncomingHttpHeaders
  readonly response: ServerResponse
  readonly withBody: boolean
  readonly disposition?: string
}

function isKnown(headers: IncomingHttpHeaders, etag: string, modified: number): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return namesTag(tags, etag)
  const since = Date.parse(headers['if-modified-since'] ?? '')
  return modified <= since
}

async function* bytesOf(file: FileHandle, first: number, last: number): AsyncGenerator<Buffer> {
  let left = last - first + 1
  for await (const chunk of file.createReadStream({ start: first, end: last, autoClose: false })) {
    left -= chunk.length
    yield chunk
  }
  if (left > 0) throw new Refused('CONFLICT', 'the file was cut short while it was read')
}
