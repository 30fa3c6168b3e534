import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { HttpTransport } from './http-transport.ts'
import { refuse } from './refuse.ts'

/** Who a client is: only who opened a session may use it. */
export type Owned = { readonly owner: string }

export type McpSessionsOptions<Asking extends Owned> = {
  /** The server of one client, who is told to it as they came first. */
  readonly create: (asking: Asking) => {
    readonly server: {
      connect(transport: Transport): Promise<void>
      close(): Promise<void>
      onclose?: (() => void) | undefined
    }
    /** Called when the client has gone. */
    readonly closed?: () => void
  }
  /** The longest message, in bytes. What is longer is not read. */
  readonly longestMessage: number
  /** How many clients there may be at once. */
  readonly most: number
  /** After so many milliseconds without a request or an open stream a client counts as gone. */
  readonly idleMs: number
}

/**
 *     open → idle ⇄ open
 *       └──────┴→ ended   (the client's wish, idle for too long, or the place was needed)
 *
 * `open` while a request of the client is being answered, its stream of messages included.
 */
type McpSession = {
  readonly owner: string
  readonly transport: HttpTransport
  readonly end: () => Promise<void>
  requests: number
  idleSince: number
  timer: NodeJS.Timeout | undefined
}

/** The clients of one HTTP server, each with an MCP server of its own. A client that comes again without its id is another. */
export class McpSessions<Asking extends Owned> implements AsyncDisposable {
  readonly #options: McpSessionsOptions<Asking>
  readonly #sessions = new Map<string, McpSession>()
  /** Those that have begun to introduce themselves. */
  #opening = 0

  constructor(options: McpSessionsOptions<Asking>) {
    this.#options = options
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Answers a request that has been admitted. */
  async answer(request: IncomingMessage, response: ServerResponse, asking: Asking): Promise<void> {
    const { 'mcp-session-id': id } = request.headers
    if (id === undefined) return await this.#open(request, response, asking)
    const session = this.#sessions.get(String(id))
    // The protocol's way to say: introduce yourself anew. Another's session is none.
    if (session?.owner !== asking.owner)
      return refuse(response, { status: 404, message: 'this session has ended' })
    await this.#during(session, request, response)
  }

  async #open(request: IncomingMessage, response: ServerResponse, asking: Asking): Promise<void> {
    if (request.method !== 'POST')
      return refuse(response, { status: 400, message: 'the header Mcp-Session-Id is missing' })
    if (!this.#makeRoom())
      return refuse(response, {
        status: 503,
        message: `${this.#options.most} clients are connected, which is all that may be`,
        headers: { 'retry-after': '10' },
      })
    this.#opening += 1
    try {
      const session = await this.#create(asking)
      await this.#during(session, request, response)
      // What was no introduction has been refused, and is over.
      if (session.transport.sessionId === undefined) await session.end()
    } finally {
      this.#opening -= 1
    }
  }

  async #create(asking: Asking): Promise<McpSession> {
    const { server, closed } = this.#options.create(asking)
    const transport = new HttpTransport({
      open: () => {
        const id = randomUUID()
        this.#sessions.set(id, session)
        return id
      },
      longestMessage: this.#options.longestMessage,
    })
    const session: McpSession = {
      owner: asking.owner,
      transport,
      end: () => server.close(),
      requests: 0,
      idleSince: performance.now(),
      timer: undefined,
    }
    server.onclose = () => {
      clearTimeout(session.timer)
      closed?.()
      if (transport.sessionId !== undefined) this.#sessions.delete(transport.sessionId)
    }
    await server.connect(transport)
    return session
  }

  async #during(session: McpSession, request: IncomingMessage, response: ServerResponse): Promise<void> {
    session.requests += 1
    clearTimeout(session.timer)
    const over = () => {
      session.requests -= 1
      // One that has ended, or was none, waits for nothing.
      if (session.requests > 0 || !this.#sessions.has(session.transport.sessionId ?? '')) return
      session.idleSince = performance.now()
      session.timer = setTimeout(() => void session.end(), this.#options.idleMs).unref()
    }
    // Who has gone before it was looked at tells that no more.
    if (response.closed) return over()
    response.once('close', over)
    await session.transport.answer(request, response)
  }

  /** Ends the client that has been idle for longest where there is no more room; false where none is idle. */
  #makeRoom(): boolean {
    if (this.#sessions.size + this.#opening < this.#options.most) return true
    const [oldest] = [...this.#sessions]
      .filter(([, { requests }]) => requests === 0)
      .sort(([, one], [, other]) => one.idleSince - other.idleSince)
    if (oldest === undefined) return false
    const [id, session] = oldest
    // At once, so that nobody else takes its place as well.
    this.#sessions.delete(id)
    void session.end()
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ end }) => end()))
  }
}
