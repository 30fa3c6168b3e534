import { constants, Http2ServerRequest, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'

export type Asked = {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  /** Name, value, name, value. */
  readonly raw: readonly string[]
  readonly socket: TLSSocket
}

/**
 * A request of HTTP/2 as HTTP/1.1 would have put it, so that whoever answers it need not know which it was: the host among
 * the headers, cookies in one of them, and a body whose length is not told in chunks.
 *
 * What the protocol forbids (`Connection` and its like, another length than told, names that are none) nghttp2 refuses before
 * there is a request.
 */
export class Http2Request extends Http2ServerRequest {
  override readonly rawHeaders: string[]
  override readonly headers: IncomingHttpHeaders
  /** That of the connection, which other requests have as well: not to be destroyed for one of them. */
  override readonly socket: TLSSocket

  constructor({ stream, headers, raw, socket }: Asked) {
    super(stream, headers, {}, raw)
    this.socket = socket
    this.rawHeaders = asHttp1(raw)
    const [name, host] = this.rawHeaders
    const isChunked = !stream.endAfterHeaders && headers['content-length'] === undefined
    this.headers = {
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':'))),
      ...(name === 'host' ? { host } : {}),
      ...(isChunked ? { 'transfer-encoding': 'chunked' } : {}),
    }
  }

  override destroy(): this {
    this.stream.close(constants.NGHTTP2_CANCEL)
    return this
  }
}

/** Where host and authority differ, both stay: whoever reads them refuses two. */
function asHttp1(raw: readonly string[]): string[] {
  const hosts = new Set<string>()
  const cookies: string[] = []
  const kept: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = [raw[index], raw[index + 1]]
    if (name === 'host' || name === ':authority') hosts.add(value)
    else if (name === 'cookie') cookies.push(value)
    else if (!name.startsWith(':')) kept.push(name, value)
  }
  if (cookies.length > 0) kept.push('cookie', cookies.join('; '))
  return [...[...hosts].flatMap(host => ['host', host]), ...kept]
}
