import type { Socket } from 'node:net'
import type { Address } from './address.ts'
import type { AnswerTo } from './answer.ts'
import { Connection } from './connection.ts'
import { type Coming, type Exchange, Sending, type UpstreamRequest } from './sending.ts'

/** In milliseconds: until a connection is there, until an answer begins, and how long a connection may be idle. */
export type Patience = { readonly connect: number; readonly answer: number; readonly idle: number }

const defaultPatience: Patience = { connect: 5_000, answer: 120_000, idle: 4_000 }

/** Where it is; or who makes a connection, which may take so long, and is given up with the signal. */
export type Way = Address | ((gone: AbortSignal) => Promise<Socket>)

/** How often deadlines are looked at, in milliseconds. */
const tick = 1_000

/**
 * Whoever the proxy stands before: HTTP/1.1 over connections that are kept. Answers are told as they arrive, headers as they
 * stand on the wire. It follows no redirect, decodes nothing and queues nothing.
 */
export class Upstream implements Disposable {
  readonly #way: Way
  readonly #patience: Patience
  readonly #onUnused: () => void
  /** The one used last is the next. */
  readonly #idle: Connection[] = []
  readonly #open = new Set<Connection>()
  /** Those that are being made. */
  readonly #coming = new Set<AbortController>()
  #timer: NodeJS.Timeout | undefined

  /** `onUnused` is called whenever no connection is left. */
  constructor(way: Way, patience: Partial<Patience> = {}, onUnused = () => {}) {
    this.#way = way
    this.#patience = { ...defaultPatience, ...patience }
    this.#onUnused = onUnused
  }

  send(request: UpstreamRequest, to: AnswerTo): Exchange {
    const { method, target } = request
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(method) || !/^[\x21-\x7e\x80-\xff]+$/.test(target))
      throw new TypeError('this is no method and target')
    return new Sending(request, to, this.#take(), () => this.#connect())
  }

  #take(): Connection | Coming {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) break
      if (!connection.isOver && performance.now() - connection.touchedAt < connection.patience)
        return connection
      connection.abort()
    }
    return this.#connect()
  }

  #connect(): Connection | Coming {
    if (typeof this.#way !== 'function') return this.#reach(this.#way)
    const giveUp = new AbortController()
    this.#coming.add(giveUp)
    const connection = this.#way(giveUp.signal).then(
      socket => {
        this.#coming.delete(giveUp)
        return this.#kept(new Connection(socket, this.#patience.idle, this.#onIdle))
      },
      error => {
        this.#coming.delete(giveUp)
        this.#rest()
        throw error
      },
    )
    return { connection, giveUp }
  }

  readonly #onIdle = (connection: Connection): void => {
    connection.touchedAt = performance.now()
    this.#idle.push(connection)
  }

  #reach(address: Address): Connection {
    const connection = new Connection(address, this.#patience.idle, this.#onIdle)
    const timer = setTimeout(
      () => connection.fail('unreachable', new Error('no connection came about in time')),
      this.#patience.connect,
    )
    for (const event of ['connect', 'close']) connection.socket.once(event, () => clearTimeout(timer))
    return this.#kept(connection)
  }

  #kept(connection: Connection): Connection {
    this.#open.add(connection)
    this.#timer ??= setInterval(() => this.#look(), tick).unref()
    connection.socket.once('close', () => this.#open.delete(connection))
    return connection
  }

  #look(): void {
    const now = performance.now()
    // One that has become a WebSocket's is not ours any more.
    for (const connection of this.#open)
      if (connection.isOver) this.#open.delete(connection)
      else if (connection.isWaiting && now - connection.touchedAt > this.#patience.answer)
        connection.fail('late', new Error('the answer did not begin in time'))
    const kept = this.#idle.filter(connection => {
      if (!connection.isOver && now - connection.touchedAt < connection.patience) return true
      connection.abort()
      return false
    })
    this.#idle.splice(0, this.#idle.length, ...kept)
    this.#rest()
  }

  #rest(): void {
    if (this.#open.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    if (this.#coming.size === 0) this.#onUnused()
  }

  /** Ends all connections; what is being answered breaks off. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const giveUp of this.#coming) giveUp.abort()
    for (const connection of this.#open) connection.fail('broken', new Error('the proxy is stopping'))
  }
}
