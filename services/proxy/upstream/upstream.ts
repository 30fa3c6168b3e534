import type { Address } from './address.ts'
import type { AnswerTo, Failure, Taken } from './answer.ts'
import { Connection } from './connection.ts'
import { type Body, sendBody } from './send-body.ts'

/** In milliseconds: until a connection is there, until an answer begins, and how long a connection may be idle. */
export type Patience = { readonly connect: number; readonly answer: number; readonly idle: number }

const defaultPatience: Patience = { connect: 5_000, answer: 120_000, idle: 4_000 }

/** How often deadlines are looked at, in milliseconds. */
const tick = 1_000

export type UpstreamRequest = {
  readonly method: string
  /** The target of the request line. */
  readonly target: string
  /** Name, value, name, value; all but those that say how the body is sent. */
  readonly headers: readonly string[]
  readonly body: Body | undefined
  /** To a WebSocket. */
  readonly upgrades: boolean
}

/** A request that is on its way. */
export type Exchange = {
  /** Ends it and its connection; nobody is told any more. */
  abort(): void
  /** Nothing more of the body is sent: the answer did not wait for it. */
  cutBody(): void
  resume(): void
}

/**
 * Whoever the proxy stands before: HTTP/1.1 over connections that are kept. Answers are told as they arrive, headers as they
 * stand on the wire. It follows no redirect, decodes nothing and queues nothing.
 */
export class Upstream implements Disposable {
  readonly #address: Address
  readonly #patience: Patience
  /** The one used last is the next. */
  readonly #idle: Connection[] = []
  readonly #open = new Set<Connection>()
  #timer: NodeJS.Timeout | undefined

  constructor(address: Address, patience: Partial<Patience> = {}) {
    this.#address = address
    this.#patience = { ...defaultPatience, ...patience }
  }

  send(request: UpstreamRequest, to: AnswerTo): Exchange {
    const { method, target, upgrades } = request
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(method) || !/^[\x21-\x7e\x80-\xff]+$/.test(target))
      throw new TypeError('this is no method and target')
    return new Sending(request, to, this.#take(upgrades), () => this.#connect(false))
  }

  #take(forUpgrade: boolean): Connection {
    while (!forUpgrade) {
      const connection = this.#idle.pop()
      if (connection === undefined) break
      if (!connection.isGone && performance.now() - connection.touchedAt < connection.patience)
        return connection
      connection.abort()
    }
    return this.#connect(forUpgrade)
  }

  #connect(forUpgrade: boolean): Connection {
    const connection = new Connection(this.#address, forUpgrade, this.#patience.idle, idle => {
      idle.touchedAt = performance.now()
      this.#idle.push(idle)
    })
    const timer = setTimeout(
      () => connection.fail('unreachable', new Error('no connection came about in time')),
      this.#patience.connect,
    )
    const { socket } = connection
    socket.once('connect', () => clearTimeout(timer))
    this.#open.add(connection)
    this.#timer ??= setInterval(() => this.#look(), tick).unref()
    socket.once('close', () => {
      clearTimeout(timer)
      this.#open.delete(connection)
    })
    return connection
  }

  #look(): void {
    const now = performance.now()
    // One that has become a WebSocket's is not ours any more.
    for (const connection of this.#open)
      if (connection.isGone) this.#open.delete(connection)
      else if (connection.isWaiting && now - connection.touchedAt > this.#patience.answer)
        connection.fail('late', new Error('the answer did not begin in time'))
    const kept = this.#idle.filter(connection => {
      if (!connection.isGone && now - connection.touchedAt < connection.patience) return true
      connection.abort()
      return false
    })
    this.#idle.splice(0, this.#idle.length, ...kept)
    if (this.#open.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Ends all connections; what is being answered breaks off. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    for (const connection of this.#open) connection.fail('broken', new Error('the proxy is stopping'))
  }
}

/** What may be asked twice with no other effect than once (RFC 9110, section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

/** One request, until its answer is whole. */
class Sending implements Exchange, AnswerTo {
  readonly #request: UpstreamRequest
  readonly #to: AnswerTo
  readonly #reconnect: () => Connection
  #connection: Connection
  #stopBody: (() => void) | undefined
  /** The connection serves another one by then. */
  #isOver = false

  constructor(request: UpstreamRequest, to: AnswerTo, connection: Connection, reconnect: () => Connection) {
    this.#request = request
    this.#to = to
    this.#connection = connection
    this.#reconnect = reconnect
    this.#start()
  }

  #start(): void {
    const { method, body, upgrades } = this.#request
    const connection = this.#connection
    connection.ask({ isHead: method === 'HEAD', upgrades }, this)
    connection.socket.write(headText(this.#request), 'latin1')
    if (body !== undefined) this.#stopBody = sendBody(body, connection)
  }

  abort(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.cutBody()
    this.#connection.abort()
  }

  cutBody(): void {
    this.#stopBody?.()
    this.#stopBody = undefined
  }

  resume(): void {
    if (!this.#isOver) this.#connection.socket.resume()
  }

  interim(...told: Parameters<AnswerTo['interim']>): void {
    this.#to.interim(...told)
  }

  head(head: Parameters<AnswerTo['head']>[0]): void {
    this.#to.head(head)
  }

  data(bytes: Buffer): Taken {
    return this.#to.data(bytes)
  }

  end(trailers: readonly string[]): void {
    this.#isOver = true
    this.cutBody()
    this.#to.end(trailers)
  }

  upgrade(...told: Parameters<AnswerTo['upgrade']>): void {
    this.#isOver = true
    this.#to.upgrade(...told)
  }

  failed(failure: Failure): void {
    const { method, body } = this.#request
    // It was closed while it was idle, which we had not been told yet.
    if (
      failure.reason === 'silent' &&
      this.#connection.uses > 1 &&
      body === undefined &&
      idempotent.has(method)
    ) {
      this.#connection = this.#reconnect()
      this.#start()
      return
    }
    this.#isOver = true
    this.cutBody()
    this.#to.failed(failure)
  }
}

function headText({ method, target, headers, body, upgrades }: UpstreamRequest): string {
  let text = `${method} ${target} HTTP/1.1\r\n`
  for (let index = 0; index + 1 < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`
  if (body?.coding === 'chunked') text += 'Transfer-Encoding: chunked\r\n'
  if (upgrades) text += 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
  return `${text}\r\n`
}
