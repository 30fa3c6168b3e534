import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { until } from '../../../until.ts'

/** Types and flags of frames (RFC 9113, section 6). */
const types = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7, continuation: 9 } as const
export const endStream = 1
export const endHeaders = 4

export type Frame = {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export function frame(type: keyof typeof types, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = types[type]
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A header block in which every field is written out (RFC 7541, section 6.2.2). */
export const block = (fields: readonly (readonly [string, string])[]): Buffer =>
  Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes])
  const length = [127]
  let rest = bytes.length - 127
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([...length, rest]), bytes])
}

export const asked = (path = '/', more: readonly (readonly [string, string])[] = []): Buffer =>
  block([[':method', 'GET'], [':scheme', 'https'], [':path', path], [':authority', 'localhost'], ...more])

/** A client that sends whatever it likes, and keeps what comes back. */
export class RawClient {
  readonly socket: TLSSocket
  readonly frames: Frame[] = []
  #pending = Buffer.alloc(0)

  private constructor(socket: TLSSocket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', bytes => this.#take(bytes))
  }

  static async open(socket: TLSSocket): Promise<RawClient> {
    await once(socket, 'secureConnect')
    const client = new RawClient(socket)
    client.send(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame('settings', 0, 0, Buffer.alloc(0)))
    return client
  }

  send(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames))
  }

  /** How a stream ended: reset, with which code; or an answer, with the block of its headers. */
  async answer(stream: number): Promise<{ reset: number } | { block: string } | 'closed'> {
    return await until(`an answer on stream ${stream}`, () => {
      const found = this.frames.find(
        one => one.stream === stream && (one.type === types.reset || one.type === types.headers),
      )
      if (found?.type === types.reset) return { reset: found.payload.readUInt32BE(0) }
      if (found !== undefined) return { block: found.payload.toString('latin1') }
      return this.isLeft ? 'closed' : undefined
    })
  }

  /** What has come of a body. */
  textOf(stream: number): string {
    const parts = this.frames.filter(one => one.stream === stream && one.type === types.data)
    return `${Buffer.concat(parts.map(({ payload }) => payload))}`
  }

  get isLeft(): boolean {
    return this.socket.destroyed || this.frames.some(({ type }) => type === types.goAway)
  }

  #take(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes])
    while (this.#pending.length >= 9) {
      const length = this.#pending.readUIntBE(0, 3)
      if (this.#pending.length < 9 + length) return
      const [type = 0, flags = 0] = [this.#pending[3], this.#pending[4]]
      const stream = this.#pending.readUInt32BE(5)
      this.frames.push({ type, flags, stream, payload: this.#pending.subarray(9, 9 + length) })
      this.#pending = this.#pending.subarray(9 + length)
    }
  }
}
