import { randomUUID } from 'node:crypto'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { ErrorCode, McpError, SetLevelRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { builtinOf } from '../../../config/mcp/builtins.ts'
import type { TokenId } from '../../contract/ids.ts'
import type { Caller } from './access.ts'
import { askerOf, callUpstream, type Extra } from './call.ts'
import type { CallLog } from './call-log.ts'
import { callTime } from './call-time.ts'
import type { Catalogue } from './catalogue/catalogue.ts'
import { changeAsked, changeMade } from './change-made.ts'
import type { Declared } from './declared.ts'
import { LogMessages } from './log-messages.ts'
import { isUncertain, UpstreamError } from './upstream/upstream-error.ts'
import type { Upstreams, User } from './upstream/upstreams.ts'
import type { Endpoint, Views } from './view.ts'

export type ClientDependencies = {
  readonly version: string
  readonly views: Views
  readonly declared: Declared
  readonly upstreams: Upstreams
  readonly report: (error: unknown) => void
  readonly calls: CallLog
  /** Looks whether the configuration has changed. */
  readonly reread: () => void
  /** Writes down that somebody had something changed. */
  readonly audit: (caller: Caller, operation: string) => Promise<void>
}

export type ClientOptions = {
  readonly caller: Caller
  readonly endpoint: Endpoint
  /** `again` where it has introduced itself before: to a gateway that is gone, or until its place was needed. */
  readonly comes: 'first' | 'again'
}

export type Asked = {
  readonly server: string
  readonly method: string
  readonly params: Record<string, unknown>
}

/** What one client may have in progress: as many as an agent could want, and few enough to cost a bounded amount. */
const mostAtOnce = 64
/** How long a list waits for a server, in milliseconds: an agent waits for the list. */
const patience = 8_000

const adminOnly = { scope: 'admin', why: 'its configuration says so (admin_only)' } as const

/** One client of the gateway: what it sees, and how what it asks reaches the servers that it may use. */
export class Client {
  readonly server: Server
  readonly session = randomUUID()
  readonly #deps: ClientDependencies
  readonly #caller: Caller
  readonly #endpoint: Endpoint
  readonly #comes: 'first' | 'again'
  /** Servers of its own that have answered it. */
  readonly #answered = new Set<string>()
  readonly #messages = new LogMessages(() => performance.now())
  #inProgress = 0

  constructor(deps: ClientDependencies, { caller, endpoint, comes }: ClientOptions) {
    this.#deps = deps
    this.#caller = caller
    this.#endpoint = endpoint
    this.#comes = comes
    const listed = { listChanged: true }
    const capabilities = { tools: listed, prompts: listed, resources: listed, completions: {}, logging: {} }
    const info = { name: 'debug-server-gateway', title: 'Debug Server gateway', version: deps.version }
    this.server = new Server(info, { capabilities })
    this.server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
      this.#messages.level = params.level
      return {}
    })
  }

  /** The id of its token. */
  get owner(): TokenId {
    return this.#caller.owner
  }

  get endpoint(): Endpoint {
    return this.#endpoint
  }

  get catalogue(): Catalogue {
    return this.#deps.views.catalogue(this.#endpoint)
  }

  /** The servers that it may use now. */
  get servers(): string[] {
    const known = this.#deps.views.servers(this.#endpoint)
    return known.filter(server => this.#caller.mayUse(server) && this.refusalOf(server) === undefined)
  }

  /** Why its token is not enough for a server that it names. */
  refusalOf(server: string): string | undefined {
    const settings = this.#deps.views.settings.servers[server]
    const needs = settings?.admin_only === true ? adminOnly : builtinOf(settings?.builtin)?.needs
    return needs === undefined || this.#caller.holds(needs.scope)
      ? undefined
      : `the server ${server} needs a token with the scope ${needs.scope}: ${needs.why}`
  }

  /** Why its token is not enough for a tool that may be there. */
  refusalOfTool(name: string): string | undefined {
    for (const server of this.#ownersOf(name)) {
      const refusal = this.refusalOf(server)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  /** Whose a tool of this name would be, if there is one. */
  #ownersOf(tool: string): string[] {
    const { views } = this.#deps
    return views
      .servers(this.#endpoint)
      .filter(this.#caller.mayUse)
      .filter(server => {
        const named = Object.values(views.settings.servers[server]?.tools ?? {}).some(
          one => one.name === tool,
        )
        return named || tool.startsWith(`${server}_`) || this.#endpoint.kind === 'server'
      })
  }

  get #user(): User {
    return {
      session: this.session,
      client: this.#caller.owner,
      token: this.#caller.token,
      capabilities: this.server.getClientCapabilities() ?? {},
    }
  }

  /** Whether it may use a server, and that one has not failed for good. */
  readonly isThere = (server: string): boolean =>
    this.servers.includes(server) && !this.#deps.upstreams.isTripped(server, this.#user)

  /** Starts the servers that nobody has met yet, so that it is known what they offer. Those that take too long come later. */
  async meet(extra: Extra): Promise<void> {
    const { declared } = this.#deps
    const unmet = this.servers.filter(server => !declared.offers.has(server) && this.isThere(server))
    await this.askEach(unmet, extra, (server, soon) => this.#start(server, soon))
  }

  /**
   * Starts those of them whose a tool of this name would be, and waits for each as long as any call does (`start_seconds`). What the
   * first one that does not come up says.
   */
  async meetOwners(tool: string, extra: Extra): Promise<UpstreamError | undefined> {
    const { servers } = this
    const unmet = this.#ownersOf(tool).filter(
      server => servers.includes(server) && !this.#deps.declared.offers.has(server),
    )
    const starts = unmet.map(server => this.#counted(() => this.#start(server, extra)))
    const met = await Promise.allSettled(starts)
    if (extra.signal.aborted) throw givenUp()
    return met.flatMap(one => (one.status === 'rejected' ? [asUpstreamError(one.reason)] : []))[0]
  }

  async #start(server: string, extra: Extra): Promise<void> {
    await this.#deps.upstreams
      .of(server, this.#user)
      .use(this.#asker(server, extra, patience), extra.signal, async () => ({}))
  }

  /** What each of these servers answers; nothing of one that does not, or takes too long: the others do not wait for it. */
  async askEach<Answer>(
    servers: readonly string[],
    extra: Extra,
    ask: (server: string, extra: Extra) => Promise<Answer>,
  ): Promise<{ server: string; answer: Answer }[]> {
    if (servers.length === 0) return []
    const signal = AbortSignal.any([extra.signal, AbortSignal.timeout(patience)])
    const answers = await Promise.all(
      servers.map(async server => {
        try {
          return [{ server, answer: await ask(server, { ...extra, signal }) }]
        } catch (error) {
          const isExpected = error instanceof UpstreamError || error instanceof McpError
          if (!isExpected && !signal.aborted) this.#deps.report(error)
          return []
        }
      }),
    )
    return answers.flat()
  }

  /** Asks a server. Rejects with an UpstreamError, or with what the server answers where that is an error. */
  async ask({ server, method, params }: Asked, extra: Extra): Promise<Record<string, unknown>> {
    const { upstreams, views } = this.#deps
    const settings = views.settings.servers[server]
    if (settings === undefined || !this.servers.includes(server))
      throw new UpstreamError('unavailable', `there is no server ${server} any more`)
    const isManager = settings.builtin === 'manager'
    return await this.#counted(async () => {
      try {
        const upstream = upstreams.of(server, this.#user)
        const asker = this.#asker(server, extra, callTime(settings).silent)
        const answer = await callUpstream({ upstream, settings, request: { method, params }, asker, extra })
        if (isManager) await this.#managed(changeMade(params, answer))
        return answer
      } catch (error) {
        if (isManager && (extra.signal.aborted || isUncertain(error)))
          await this.#managed(changeAsked(params))
        if (extra.signal.aborted) throw givenUp()
        throw error
      }
    })
  }

  /** Something that may take long, of which a client may have so much in progress. */
  async #counted<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#inProgress >= mostAtOnce)
      throw new UpstreamError(
        'busy',
        `${mostAtOnce} calls are in progress, which is all that may be: wait for some`,
      )
    this.#inProgress += 1
    try {
      return await work()
    } finally {
      this.#inProgress -= 1
    }
  }

  /**
   * Whether a server of its connection alone is another one than before, and this is its first answer since: nothing else would tell
   * that what it held is gone.
   */
  startsAnew(server: string): boolean {
    const isAnew =
      this.#comes === 'again' &&
      this.#deps.views.settings.servers[server]?.share === 'session' &&
      !this.#answered.has(server)
    this.#answered.add(server)
    return isAnew
  }

  /** What it has written counts before anybody hears of it. */
  async #managed(change: string | undefined): Promise<void> {
    this.#deps.reread()
    if (change !== undefined) await this.#deps.audit(this.#caller, change)
  }

  #asker(server: string, extra: Extra, timeout: number) {
    const { sampling, elicitation, roots } = this.#user.capabilities
    const offered: Record<string, unknown> = {
      'sampling/createMessage': sampling,
      'elicitation/create': elicitation,
      'roots/list': roots,
    }
    const canBeAsked = (method: string) => offered[method] !== undefined
    return askerOf({ session: this.session, server, messages: this.#messages, canBeAsked, timeout }, extra)
  }

  /** Has it look at its lists anew. Who has gone is not told. */
  tell(what: 'lists' | 'resources'): void {
    const told =
      what === 'resources'
        ? [this.server.sendResourceListChanged()]
        : [this.server.sendToolListChanged(), this.server.sendPromptListChanged()]
    for (const one of told) one.catch(() => {})
  }

  /** Answers with it; what fails becomes an error of the protocol, in the server's own words where it has some. */
  async orProtocolError<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof McpError) throw error
      if (error instanceof UpstreamError)
        throw new McpError(ErrorCode.InternalError, error.message, { reason: error.reason })
      this.#deps.report(error)
      throw new McpError(
        ErrorCode.InternalError,
        'the gateway made a mistake; it stands in the log of the proxy',
      )
    }
  }
}

/** Nobody waits for the answer any more. */
const givenUp = () => new McpError(ErrorCode.RequestTimeout, 'it was given up')

function asUpstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error
  throw error
}
