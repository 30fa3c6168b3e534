import { connect, Socket } from 'node:net'
import type { Address } from './address.ts'
import type { AnswerTo, Failure, Taken } from './answer.ts'
import { ChunkReader } from './chunk-reader.ts'
import { type Framing, type ResponseHead, responseHead } from './response-head.ts'

/** The most that all heads of one answer may have together, in bytes. */
const mostHeadBytes = 65_536
const headEnd = Buffer.from('\r\n\r\n')

/** How much is read at a time, in bytes; of a long body more. */
const shortRead = 16_384
const longRead = 262_144
/** The same once it has switched: there are many of those, and little comes of most. */
const shortPiece = 4_096
const longPiece = 65_536
/** So many times as long as what has come, and a buffer is too much to be kept for that. */
const few = 8

/**
 *     idle ─ask→ waiting ─head→ answering ─end→ idle
 *                   └──101──→ switched
 *
 * and from each of them `gone`.
 */
type State =
  | { readonly is: 'idle' }
  | Waiting
  | { readonly is: 'answering'; readonly to: AnswerTo; readonly asked: Asked; readonly body: Body }
  | { readonly is: 'switched'; readonly take: (bytes: Buffer) => Taken }
  | { readonly is: 'gone' }

type Waiting = {
  readonly is: 'waiting'
  readonly to: AnswerTo
  readonly asked: Asked
  /** What has come of the head so far, and how many bytes of heads were read before. */
  pending: Buffer | undefined
  read: number
}

type Body =
  | { readonly by: 'length'; left: number }
  | { readonly by: 'chunks'; readonly reader: ChunkReader }
  | { readonly by: 'close' }

export type Asked = {
  readonly isHead: boolean
  readonly upgrades: boolean
  /** Whether much of a long body may be read at a time. */
  readonly takesMuch: boolean
}

/** One HTTP/1.1 connection to an upstream, which carries one request after the other. It reads answers; requests are written to `socket`. */
export class Connection {
  readonly socket: Socket
  #state: State = { is: 'idle' }
  #stays = true
  /** What is read into, again and again, until somebody keeps some of it. */
  #buffer: Buffer | undefined
  #isKept = false
  /** How much is read at a time once it has switched. */
  #piece = shortPiece
  #isConnected = false
  readonly #onIdle: (connection: Connection) => void
  /** When it fell idle, or some of a request was sent last, and for how long it may be idle, in milliseconds. */
  touchedAt = 0
  patience: number
  /** While a request is not sent as a whole, nothing can follow it. */
  isSending = false
  /** How many requests it has carried. */
  uses = 0

  /** To an address, or over a socket that is connected. `patience`: how long it may be idle where the upstream does not say. */
  constructor(to: Address | Socket, patience: number, onIdle: (connection: Connection) => void) {
    this.patience = patience
    this.#onIdle = onIdle
    if (to instanceof Socket) {
      this.socket = to
      this.#isConnected = true
    } else {
      const onread = { buffer: () => this.#nextBuffer(), callback: (count: number) => this.#readInto(count) }
      this.socket = connect({ ...to, noDelay: true, keepAlive: true, onread })
    }
    const { socket } = this
    // One that was made by another may have been paused.
    if (to instanceof Socket) socket.on('data', bytes => this.#read(bytes)).resume()
    socket.once('connect', () => {
      this.#isConnected = true
    })
    let error: Error | undefined
    socket.once('error', cause => {
      error = cause
    })
    socket.once('end', () => this.#ended())
    socket.once('close', () => this.#closed(error))
  }

  /** Whether it can carry no other request. */
  get isOver(): boolean {
    return this.#state.is === 'gone' || this.#state.is === 'switched'
  }

  get isWaiting(): boolean {
    return this.#state.is === 'waiting'
  }

  /** Whether the answer to what has been asked has begun to arrive. */
  get #hasBegun(): boolean {
    return this.#state.is === 'waiting' && (this.#state.pending !== undefined || this.#state.read > 0)
  }

  ask(asked: Asked, to: AnswerTo): void {
    this.uses++
    this.touchedAt = performance.now()
    this.#state = { is: 'waiting', to, asked, pending: undefined, read: 0 }
  }

  /** Ends it, without a word to who waits for an answer. */
  abort(): void {
    this.#state = { is: 'gone' }
    this.socket.destroy()
  }

  fail(reason: Failure['reason'], cause: Error): void {
    const state = this.#state
    this.abort()
    if (state.is === 'waiting' || state.is === 'answering') state.to.failed({ reason, cause })
  }

  #nextBuffer(): Buffer {
    const size = this.#state.is === 'switched' ? this.#piece : this.#readSize
    if (this.#buffer !== undefined && this.#buffer.length < size) this.#buffer = undefined
    this.#buffer ??= Buffer.allocUnsafeSlow(size)
    return this.#buffer
  }

  get #readSize(): number {
    const state = this.#state
    const isLong =
      state.is === 'answering' &&
      state.asked.takesMuch &&
      state.body.by === 'length' &&
      state.body.left > longRead
    return isLong ? longRead : shortRead
  }

  #readInto(count: number): boolean {
    const buffer = this.#buffer ?? Buffer.alloc(0)
    const { length: room } = buffer
    const bytes = buffer.subarray(0, count)
    // A little that is likely to be kept, as was what came before it: not the whole buffer with it.
    const isCopied = this.#isKept && count * few <= room
    this.#isKept = false
    this.#read(isCopied ? Buffer.from(bytes) : bytes)
    if (count === room) this.#piece = longPiece
    else if (count <= shortPiece) this.#piece = shortPiece
    if ((this.#isKept && !isCopied) || this.#isTooLong(room)) this.#buffer = undefined
    return true
  }

  /** Whether a buffer is more than what is likely to come next is worth. */
  #isTooLong(room: number): boolean {
    switch (this.#state.is) {
      case 'idle':
        return room === longRead
      case 'switched':
        return room > this.#piece
      case 'waiting':
      case 'answering':
      case 'gone':
        return false
    }
  }

  #read(bytes: Buffer): void {
    const state = this.#state
    switch (state.is) {
      case 'idle':
        this.abort() // nothing was asked
        break
      case 'waiting':
        this.#readHead(state, bytes)
        break
      case 'answering':
        this.#readBody(state, bytes)
        break
      case 'switched':
        this.#note(state.take(bytes))
        break
      case 'gone':
    }
  }

  #readHead(state: Waiting, bytes: Buffer): void {
    const known = state.pending?.length ?? 0
    const input = state.pending === undefined ? bytes : Buffer.concat([state.pending, bytes])
    const end = input.indexOf(headEnd, Math.max(0, known - 3))
    if (state.read + (end === -1 ? input.length : end) > mostHeadBytes)
      this.fail('invalid', new Error(`the head of the answer has more than ${mostHeadBytes} bytes`))
    else if (end === -1) {
      this.#isKept = true
      state.pending = input
    } else {
      state.pending = undefined
      state.read += end
      this.#take(state, responseHead(input.toString('latin1', 0, end)), input.subarray(end + headEnd.length))
    }
  }

  #take(state: Waiting, head: ResponseHead | undefined, rest: Buffer): void {
    if (head === undefined) this.fail('invalid', new Error('the head of the answer is no HTTP/1.1'))
    else if (head.status === 101) this.#switch(state, head, rest)
    else if (head.status >= 200) this.#begin(state, head, rest)
    else {
      state.to.interim(head.status, head.raw)
      if (rest.length > 0) this.#read(rest)
    }
  }

  #begin({ to, asked }: Waiting, head: ResponseHead, rest: Buffer): void {
    const { status, stays, waits } = head
    if (!stays) this.#stays = false
    // A little less than it says, for it may close while the next request is on its way.
    if (waits !== undefined) this.patience = Math.min(this.patience, Math.max(0, waits * 1_000 - 1_000))
    const isEmpty = asked.isHead || status === 204 || status === 304
    const body = bodyOf(isEmpty ? { by: 'length', length: 0 } : head.framing)
    const state = { is: 'answering', to, asked, body } as const
    this.#state = state
    to.head(head)
    if (this.#state !== state) return
    if (body.by === 'length' && body.left === 0) this.#finish(state, [], rest.length)
    else if (rest.length > 0) this.#readBody(state, rest)
  }

  #readBody(state: State & { is: 'answering' }, bytes: Buffer): void {
    const { to, body } = state
    switch (body.by) {
      case 'length': {
        const more = bytes.length - body.left
        const mine = more > 0 ? bytes.subarray(0, body.left) : bytes
        body.left -= mine.length
        this.#hand(to, mine)
        if (body.left === 0) this.#finish(state, [], more)
        return
      }
      case 'chunks': {
        let read: number | undefined
        try {
          read = body.reader.read(bytes, mine => this.#hand(to, mine))
        } catch (error) {
          if (!(error instanceof Error)) throw error
          this.fail('broken', error)
          return
        }
        if (read !== undefined) this.#finish(state, body.reader.trailers, bytes.length - read)
        return
      }
      case 'close':
        this.#hand(to, bytes)
    }
  }

  #hand(to: AnswerTo, bytes: Buffer): void {
    if (this.#state.is !== 'answering') return
    this.#note(to.data(bytes))
  }

  #note(taken: Taken): void {
    if (taken !== 'taken') this.#isKept = true
    if (taken === 'full') this.socket.pause()
  }

  #finish(state: State, trailers: readonly string[], more: number): void {
    if (this.#state !== state || state.is !== 'answering') return
    this.#state = { is: 'idle' }
    // What comes beyond the answer belongs to nothing.
    if (more > 0 || !this.#stays || this.isSending) this.abort()
    else {
      this.socket.resume()
      this.#onIdle(this)
    }
    state.to.end(trailers)
  }

  #switch({ asked, to }: Waiting, { raw }: ResponseHead, rest: Buffer): void {
    if (!asked.upgrades) {
      this.fail('invalid', new Error('an upgrade that nobody asked for'))
      return
    }
    const { socket } = this
    const early = Buffer.from(rest)
    socket.pause()
    // Whoever is told reads from now on; what comes before that is nobody's.
    this.#state = { is: 'gone' }
    to.upgrade(raw, {
      socket,
      read: take => {
        this.#state = { is: 'switched', take }
        if (early.length > 0) this.#note(take(early))
        if (!socket.destroyed) socket.resume()
      },
    })
  }

  /** The upstream has said its last. */
  #ended(): void {
    const state = this.#state
    if (state.is === 'answering' && state.body.by === 'close') {
      this.#stays = false
      this.#finish(state, [], 0)
    }
  }

  #closed(error: Error | undefined): void {
    const state = this.#state
    const cause = error ?? new Error('the connection was closed')
    const begun = state.is !== 'waiting' || this.#hasBegun
    this.fail(!this.#isConnected ? 'unreachable' : begun ? 'broken' : 'silent', cause)
  }
}

function bodyOf(framing: Framing): Body {
  switch (framing.by) {
    case 'length':
      return { by: 'length', left: framing.length }
    case 'chunks':
      return { by: 'chunks', reader: new ChunkReader() }
    case 'close':
      return { by: 'close' }
  }
}
