import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { InitializeRequest } from '@modelcontextprotocol/sdk/types.js'
import type { HeldBytes } from './held-bytes.ts'
import { HttpTransport } from './http-transport.ts'
import { type Place, placeFor } from './place-for.ts'
import { type Refusal, refuse } from './refuse.ts'

/** What a client has said of itself, as far as it has to be known of who comes again. */
export type Introduction = Pick<InitializeRequest['params'], 'protocolVersion' | 'capabilities'>

/** Ids that tell, to who can read them, whose they are and how that client introduced itself. */
export type SessionIds = {
  make(owner: string, introduction: Introduction): string
  /** Undefined where it is none of ours, or another's. */
  read(id: string, owner: string): Introduction | undefined
}

/** Who a client is: only who opened a session may use it. */
export type Owned = {
  readonly owner: string
  /** Whose clients count together; its owner's where there is none. */
  readonly holder?: string
}

export type McpSessionsOptions<Asking extends Owned> = {
  /** The server of one client, who is told to it as they came first. */
  readonly create: (
    asking: Asking,
    comes: 'first' | 'again',
  ) => {
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
  /** Where clients may come again that were let in by another process, or whose place was needed meanwhile. */
  readonly ids?: SessionIds
  /** What all messages may take that are being received or answered. */
  readonly held?: HeldBytes
}

/** So many ids are kept of clients that have ended their sessions: they are not taken up again. */
const mostEnded = 10_000

/**
 *     open → idle ⇄ open
 *       └──────┴→ ended   (the client's wish, idle for too long, or the place was needed)
 *
 * `open` while a request of the client is being answered, its stream of messages included.
 */
type McpSession = Place & {
  readonly owner: string
  readonly transport: HttpTransport
  readonly end: () => Promise<void>
  requests: number
  idleSince: number
  timer: NodeJS.Timeout | undefined
}

const holderOf = ({ owner, holder = owner }: Owned): string => holder

/** What a client is called is not kept. */
const unknownClient = { name: 'unknown', version: '0' }

/** The clients of one HTTP server, each with an MCP server of its own. A client that comes again without its id is another. */
export class McpSessions<Asking extends Owned> implements AsyncDisposable {
  readonly #options: McpSessionsOptions<Asking>
  readonly #sessions = new Map<string, McpSession>()
  /** Those that are taken up just now. */
  readonly #reviving = new Map<string, Promise<McpSession>>()
  /** What clients have ended themselves, the latest. */
  readonly #ended = new Set<string>()
  /** Those of whom an introduction is awaited. */
  readonly #begun = new Set<McpSession>()
  /** Those that are made, or taken up, just now. */
  #opening = 0
  #isLeaving = false

  constructor(options: McpSessionsOptions<Asking>) {
    this.#options = options
  }

  get size(): number {
    return this.#sessions.size
  }

  /** How many messages of clients are not answered yet. */
  get underWay(): number {
    return this.#all.reduce((sum, { transport }) => sum + transport.underWay, 0)
  }

  get #all(): McpSession[] {
    return [...this.#begun, ...this.#sessions.values()]
  }

  /** Answers a request that has been admitted. */
  async answer(request: IncomingMessage, response: ServerResponse, asking: Asking): Promise<void> {
    const { 'mcp-session-id': header } = request.headers
    if (header === undefined) return await this.#open(request, response, asking)
    const id = String(header)
    const session = this.#sessions.get(id) ?? (await this.#revived(id, asking))
    if (session === 'no room') return refuse(response, this.#noRoom)
    // The protocol's way to say: introduce yourself anew. Another's session is none.
    if (session?.owner !== asking.owner)
      return refuse(response, { status: 404, message: 'this session has ended' })
    if (request.method === 'DELETE') this.#forgets(id)
    await this.#during(session, request, response)
  }

  #forgets(id: string): void {
    this.#ended.add(id)
    const [oldest] = this.#ended
    if (this.#ended.size > mostEnded && oldest !== undefined) this.#ended.delete(oldest)
  }

  /** A client that was let in before: by another process, or by this one until its place was needed. */
  async #revived(id: string, asking: Asking): Promise<McpSession | 'no room' | undefined> {
    const introduction = this.#ended.has(id) ? undefined : this.#options.ids?.read(id, asking.owner)
    if (introduction === undefined) return undefined
    const known = this.#reviving.get(id)
    if (known !== undefined) return await known
    if (!this.#makeRoom(asking)) return 'no room'
    this.#opening += 1
    const reviving = this.#create(asking, { id, introduction })
    this.#reviving.set(id, reviving)
    try {
      return await reviving
    } finally {
      this.#reviving.delete(id)
      this.#opening -= 1
    }
  }

  get #noRoom(): Refusal {
    const message = `${this.#options.most} clients are connected, which is all that may be`
    return { status: 503, message, headers: { 'retry-after': '10' } }
  }

  async #open(request: IncomingMessage, response: ServerResponse, asking: Asking): Promise<void> {
    if (request.method !== 'POST')
      return refuse(response, { status: 400, message: 'the header Mcp-Session-Id is missing' })
    if (!this.#makeRoom(asking)) return refuse(response, this.#noRoom)
    const session = await this.#begin(asking)
    try {
      await this.#during(session, request, response)
    } finally {
      this.#begun.delete(session)
      // What was no introduction has been refused, and is over.
      if (session.transport.sessionId === undefined) await session.end()
    }
  }

  async #begin(asking: Asking): Promise<McpSession> {
    this.#opening += 1
    try {
      const session = await this.#create(asking)
      this.#begun.add(session)
      return session
    } finally {
      this.#opening -= 1
    }
  }

  async #create(
    asking: Asking,
    before?: { readonly id: string; readonly introduction: Introduction },
  ): Promise<McpSession> {
    const { ids, held } = this.#options
    const holder = holderOf(asking)
    const { server, closed } = this.#options.create(asking, before === undefined ? 'first' : 'again')
    const transport = new HttpTransport({
      open: introduction => {
        const id = ids?.make(asking.owner, introduction) ?? randomUUID()
        this.#sessions.set(id, session)
        this.#begun.delete(session)
        return id
      },
      longestMessage: this.#options.longestMessage,
      ...(held === undefined ? {} : { hold: () => held.hold(holder) }),
    })
    const session: McpSession = {
      ...{ owner: asking.owner, holder, transport },
      get isAnswering() {
        return transport.isAnswering
      },
      end: () => server.close(),
      requests: 0,
      idleSince: performance.now(),
      timer: undefined,
    }
    server.onclose = () => {
      clearTimeout(session.timer)
      closed?.()
      // Its client may have come again.
      const id = transport.sessionId ?? ''
      if (this.#sessions.get(id) === session) this.#sessions.delete(id)
    }
    await server.connect(transport)
    if (before !== undefined) {
      this.#sessions.set(before.id, session)
      transport.revive(before.id, { ...before.introduction, clientInfo: unknownClient })
    }
    if (this.#isLeaving) transport.leave()
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

  /** Has clients go on elsewhere, with the same ids: what they have asked is answered. */
  leave(): void {
    this.#isLeaving = true
    for (const { transport } of this.#all) transport.leave()
  }

  /** Ends a client where there is no more room; false where none has to make room for this one. */
  #makeRoom(asking: Asking): boolean {
    if (this.#sessions.size + this.#begun.size + this.#opening < this.#options.most) return true
    const session = placeFor(this.#all, holderOf(asking))
    if (session === undefined) return false
    // At once, so that nobody else takes its place as well.
    this.#begun.delete(session)
    this.#sessions.delete(session.transport.sessionId ?? '')
    void session.end()
    return true
  }

  /** Ends all clients of one holder. */
  async end(holder: string): Promise<void> {
    const its = this.#all.filter(one => one.holder === holder)
    await Promise.all(its.map(({ end }) => end()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map(({ end }) => end()))
  }
}
