import type { AnswerTo, Failure, Taken } from './answer.ts'
import { Connection } from './connection.ts'
import { type Body, sendBody } from './send-body.ts'

export type UpstreamRequest = {
  readonly method: string
  /** The target of the request line. */
  readonly target: string
  /** Name, value, name, value; all but those that say how the body is sent. */
  readonly headers: readonly string[]
  readonly body: Body | undefined
  /** To a WebSocket. */
  readonly upgrades: boolean
  /** Whether the answer may be read in large pieces: who takes none of it has one of them held. */
  readonly takesMuch: boolean
}

/** A request that is on its way. */
export type Exchange = {
  /** Ends it and its connection; nobody is told any more. */
  abort(): void
  resume(): void
}

/** A connection that is being made for one request. */
export type Coming = { readonly connection: Promise<Connection>; readonly giveUp: AbortController }

/** What may be asked twice with no other effect than once (RFC 9110, section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

/** One request, until its answer is whole. */
export class Sending implements Exchange, AnswerTo {
  readonly #request: UpstreamRequest
  readonly #to: AnswerTo
  readonly #reconnect: () => Connection | Coming
  #connection: Connection | Coming
  #stopBody: (() => void) | undefined
  /** The connection serves another one by then. */
  #isOver = false

  constructor(
    request: UpstreamRequest,
    to: AnswerTo,
    connection: Connection | Coming,
    reconnect: () => Connection | Coming,
  ) {
    this.#request = request
    this.#to = to
    this.#connection = connection
    this.#reconnect = reconnect
    this.#start()
  }

  #start(): void {
    if (this.#connection instanceof Connection) this.#ask(this.#connection)
    else this.#await(this.#connection)
  }

  #await({ connection }: Coming): void {
    const { body } = this.#request
    body?.from.pause()
    connection.then(
      connection => {
        // Whoever waited for it has gone.
        if (this.#isOver) return connection.abort()
        this.#connection = connection
        this.#ask(connection)
        body?.from.resume()
      },
      cause => {
        if (!this.#isOver) this.failed({ reason: 'unreachable', cause })
      },
    )
  }

  #ask(connection: Connection): void {
    const { method, body, upgrades, takesMuch } = this.#request
    connection.ask({ isHead: method === 'HEAD', upgrades, takesMuch }, this)
    connection.socket.write(headText(this.#request), 'latin1')
    if (body !== undefined) this.#stopBody = sendBody(body, connection)
  }

  abort(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cutBody()
    if (this.#connection instanceof Connection) this.#connection.abort()
    else this.#connection.giveUp.abort()
  }

  resume(): void {
    if (!this.#isOver && this.#connection instanceof Connection) this.#connection.socket.resume()
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
    this.#cutBody()
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
      this.#connection instanceof Connection &&
      this.#connection.uses > 1 &&
      body === undefined &&
      idempotent.has(method)
    ) {
      this.#connection = this.#reconnect()
      this.#start()
      return
    }
    this.#isOver = true
    this.#cutBody()
    this.#to.failed(failure)
  }

  /** Nothing more of the body is sent. */
  #cutBody(): void {
    this.#stopBody?.()
    this.#stopBody = undefined
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
