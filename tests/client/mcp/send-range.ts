import type { IncomingMessage, ServerResponse } from 'node:http'

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }

/** Answers with what the Range of a request names of some bytes, as a server does; returns how many those are. */
export function sendRange(all: Buffer, { request, response }: Exchange): number {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (to === '') throw new Error('expected a range with an end')
  const part = from === '' ? all.subarray(-Number(to)) : all.subarray(Number(from), Number(to) + 1)
  const first = from === '' ? all.length - part.length : Number(from)
  const range = { 'content-range': `bytes ${first}-${first + part.length - 1}/${all.length}` }
  response.writeHead(part.length === 0 ? 200 : 206, {
    'content-type': 'text/plain',
    'content-length': part.length,
    ...(part.length === 0 ? {} : range),
    etag: '"1"',
  })
  response.end(part)
  return part.length
}
