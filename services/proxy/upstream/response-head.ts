import type { RawHeaders } from '../headers.ts'

/** How a body is delimited (RFC 9112, section 6.3). */
export type Framing =
  | { readonly by: 'length'; readonly length: number }
  | { readonly by: 'chunks' }
  | { readonly by: 'close' }

export type ResponseHead = {
  readonly status: number
  readonly message: string
  readonly raw: RawHeaders
  /** As if the request had not been HEAD. */
  readonly framing: Framing
  /** Whether the connection may carry another request, and for how many seconds it may wait for one where that is told. */
  readonly stays: boolean
  readonly waits: number | undefined
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/
const token = /^[!#$%&'*+.^_`|~\w-]+$/
const text = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * Reads the head of an answer: its lines without the empty one that ends it. Undefined for what is no HTTP/1.1, and for
 * what two readers could read in two ways: folded lines, spaces around names, bare line ends, both lengths and chunks.
 */
export function responseHead(head: string): ResponseHead | undefined {
  const lines = head.split('\r\n')
  const [, minor, status, message = ''] = statusLine.exec(lines[0] ?? '') ?? []
  if (status === undefined) return undefined
  const raw: string[] = []
  let length: string | undefined
  let coding: string | undefined
  let stays = minor === '1'
  let waits: number | undefined
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const colon = line.indexOf(':')
    if (colon < 1) return undefined
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (!token.test(name) || !text.test(value)) return undefined
    raw.push(name, value)
    switch (name.length) {
      case 10: {
        const lower = name.toLowerCase()
        if (lower === 'connection') {
          if (/\bclose\b/i.test(value)) stays = false
          else if (/\bkeep-alive\b/i.test(value)) stays = true
        } else if (lower === 'keep-alive')
          waits = Number(/\btimeout=(\d{1,6})\b/i.exec(value)?.[1] ?? Number.NaN)
        break
      }
      case 14:
        if (name.toLowerCase() !== 'content-length') break
        if (!/^\d{1,15}$/.test(value) || (length !== undefined && length !== value)) return undefined
        length = value
        break
      case 17:
        if (name.toLowerCase() !== 'transfer-encoding') break
        if (coding !== undefined || value.toLowerCase() !== 'chunked') return undefined
        coding = value
        break
    }
  }
  if (coding !== undefined && (length !== undefined || minor === '0')) return undefined
  const framing: Framing =
    coding !== undefined
      ? { by: 'chunks' }
      : length === undefined
        ? { by: 'close' }
        : { by: 'length', length: Number(length) }
  return {
    status: Number(status),
    message,
    raw,
    framing,
    stays,
    waits: Number.isNaN(waits) ? undefined : waits,
  }
}
