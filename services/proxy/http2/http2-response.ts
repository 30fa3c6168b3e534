import { constants, Http2ServerResponse, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { SlowReader } from '../slow-reader.ts'

/** They concern a connection of HTTP/1.1, and have no place in HTTP/2 (RFC 9113, section 8.2.2). */
const ofHttp1 = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'http2-settings'],
])

/**
 * An answer over HTTP/2, as whoever writes one of HTTP/1.1 knows it: words of a status and headers about the connection are
 * left out, and what HTTP/2 has no state for is kept here.
 */
export class Http2Response extends Http2ServerResponse {
  override closed = false
  override destroyed = false
  override writableFinished = false
  readonly #reader: SlowReader

  /** `slowReader`: how long a client may take none of it once it is whole, in milliseconds. */
  constructor(stream: ServerHttp2Stream, slowReader: number) {
    super(stream)
    this.#reader = new SlowReader(slowReader, () => this.destroy())
    stream.once('finish', () => {
      // A stream that is reset is finished, too; its answer is not.
      if (!this.writableEnded) return
      this.writableFinished = true
      this.emit('finish')
      // Nobody takes the rest of a body once the answer is out, trailers included (RFC 9113, section 8.1).
      if (isSending(stream)) setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR))
    })
    // At once: a body that was broken off ends like one that is whole, and a stream does not close before it is read.
    stream.once('aborted', () => {
      this.emit('close')
      this.req.resume()
    })
    this.once('close', () => {
      this.closed = true
      this.destroyed = true
    })
    // To who asks for a head alone nothing is sent that would end or be broken off, and Node tells nothing of either.
    stream.prependOnceListener('close', () => {
      if (this.writableEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR) this.writableFinished = true
    })
    stream.once('close', () => {
      this.#reader.takes()
      if (!this.closed) this.emit('close')
    })
  }

  /** False: this answer is the last one on its connection. */
  set shouldKeepAlive(keeps: boolean) {
    if (!keeps) this.stream.session?.close()
  }

  override writeHead(status: number, ...told: readonly unknown[]): this {
    const headers: unknown = told.at(-1)
    const raw = Array.isArray(headers) ? headers.map(String) : flat({ ...Object(headers) })
    const kept = raw.filter((_, index) => !ofHttp1.has(raw[index - (index % 2)]?.toLowerCase() ?? ''))
    // Its declaration does not know of name, value, name, value.
    const given: unknown = kept
    // What a service may say in HTTP/1.1 and nobody in HTTP/2: no reason to end more than this answer.
    try {
      return super.writeHead(status, given as OutgoingHttpHeaders)
    } catch {
      return this.destroy()
    }
  }

  /** On a stream that has gone, of which nobody has been told yet, both would throw. */
  override writeContinue(): void {
    if (!isGone(this.stream)) super.writeContinue()
  }

  override writeEarlyHints(hints: Record<string, string | string[]>): void {
    if (!isGone(this.stream)) super.writeEarlyHints(hints)
  }

  /** Also as pairs, as HTTP/1.1 takes them. */
  override addTrailers(trailers: OutgoingHttpHeaders | readonly [string, string][]): void {
    const pairs = Array.isArray(trailers) ? trailers : Object.entries(trailers)
    super.addTrailers(Object.fromEntries(pairs.filter(([name]) => !ofHttp1.has(name.toLowerCase()))))
  }

  /** However short it is: a client may leave no room for a single byte, and would hold the place of a request for ever. */
  override end(...told: readonly unknown[]): this {
    super.end(...(told as []))
    if (!isGone(this.stream)) this.#reader.waits()
    return this
  }

  override destroy(): this {
    this.destroyed = true
    // An answer that is not whole must not look like one.
    this.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    return this
  }
}

const { NGHTTP2_STREAM_STATE_OPEN: open, NGHTTP2_STREAM_STATE_HALF_CLOSED_LOCAL: answered } = constants

/** Whether the client has not said its last. */
const isSending = ({ state: { state } }: ServerHttp2Stream): boolean => state === open || state === answered

const isGone = ({ closed, destroyed }: ServerHttp2Stream): boolean => closed || destroyed

const flat = (headers: OutgoingHttpHeaders): string[] =>
  Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().flatMap(one => [name, `${one}`]))
