import type { IncomingMessage, ServerResponse } from 'node:http'

/** Answers with what the Range of a request names of some bytes; returns how many those are. */
export function sendRange(
  all: Buffer,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): number {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (from === undefined || to === undefined) throw new Error('expected a range with both its ends')
  const part = all.subarray(Number(from), Number(to) + 1)
  response.writeHead(206, {
    'content-length': part.length,
    'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${all.length}`,
    etag: '"1"',
  })
  response.end(part)
  return part.length
}
