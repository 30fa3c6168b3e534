import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Person, Rig } from './rig.ts'
import { until } from './until.ts'

/** A frame as RFC 6455, section 5.2 has it; what is left out is as a client that keeps to it would have it. */
export type Frame = {
  readonly opcode: number
  readonly payload?: Buffer | string
  readonly fin?: boolean
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number
  readonly masked?: boolean
  /** What the header says, whatever the payload has. */
  readonly length?: number | bigint
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const mask = Buffer.from([0x12, 0x34, 0x56, 0x78])

export function frameBytes(frame: Frame): Buffer {
  const { opcode, fin = true, reserved = 0, masked = true } = frame
  const payload = Buffer.from(frame.payload ?? '')
  const length = BigInt(frame.length ?? payload.length)
  const header = [(fin ? 0x80 : 0) | (reserved << 4) | opcode]
  const bit = masked ? 0x80 : 0
  if (length < 126n) header.push(bit | Number(length))
  else if (length < 65_536n) header.push(bit | 126, Number(length >> 8n), Number(length & 0xffn))
  else {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(length)
    header.push(bit | 127, ...bytes)
  }
  if (!masked) return Buffer.concat([Buffer.from(header), payload])
  return Buffer.concat([
    Buffer.from(header),
    mask,
    payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
  ])
}

export const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

/** A WebSocket as bytes, which sends whatever it is told to, and takes apart what comes. */
export class RawWebSocket {
  readonly socket: Socket
  /** What has come and is no whole frame, or no frame yet. */
  #rest = Buffer.alloc(0)
  #isOpen = false
  /** The status line and headers of the answer. */
  head = ''
  readonly frames: { opcode: number; payload: Buffer }[] = []

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {}) // the server may be quicker to leave
    socket.on('data', chunk => {
      this.#rest = Buffer.concat([this.#rest, chunk])
      this.#read()
    })
  }

  static async dial(rig: Rig): Promise<RawWebSocket> {
    const socket = connect(Number(new URL(rig.api.url).port), '127.0.0.1')
    await once(socket, 'connect')
    return new RawWebSocket(socket)
  }

  static async open(rig: Rig, path: string, person: Person = rig.alice): Promise<RawWebSocket> {
    const raw = await RawWebSocket.dial(rig)
    raw.request(path, { ...handshake, authorization: `Bearer ${person.secret}` })
    await until(() => raw.#isOpen, `it is open: ${raw.head}`)
    return raw
  }

  request(path: string, headers: Readonly<Record<string, string>>, rest = ''): void {
    const lines = Object.entries({ host: 'a', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    this.socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n${rest}`)
  }

  send(...frames: readonly (Frame | Buffer)[]): void {
    this.socket.write(
      Buffer.concat(frames.map(frame => (Buffer.isBuffer(frame) ? frame : frameBytes(frame)))),
    )
  }

  /** The code of the close frame, once it is there. */
  async closeCode(): Promise<number | undefined> {
    await until(() => this.closing !== undefined || this.socket.closed, 'a close frame')
    return this.closing?.payload.readUInt16BE(0)
  }

  get closing() {
    return this.frames.find(({ opcode }) => opcode === opcodes.close)
  }

  #read(): void {
    if (!this.#isOpen) {
      const end = this.#rest.indexOf('\r\n\r\n')
      if (end < 0) return
      this.head = this.#rest.subarray(0, end).toString('latin1')
      if (!this.head.startsWith('HTTP/1.1 101 ')) return
      this.#rest = this.#rest.subarray(end + 4)
      this.#isOpen = true
    }
    for (let length = frameLength(this.#rest); length !== undefined; length = frameLength(this.#rest)) {
      const { start, end } = length
      this.frames.push({ opcode: (this.#rest[0] ?? 0) & 0x0f, payload: this.#rest.subarray(start, end) })
      this.#rest = this.#rest.subarray(end)
    }
  }
}

/** Where the payload of the first frame lies; undefined where that has not come whole. Servers mask nothing. */
function frameLength(bytes: Buffer): { start: number; end: number } | undefined {
  const short = (bytes[1] ?? 0) & 0x7f
  const start = 2 + (short === 127 ? 8 : short === 126 ? 2 : 0)
  if (bytes.length < start) return undefined
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  return bytes.length < start + length ? undefined : { start, end: start + length }
}
