import { type StatsListener, unwatchFile, watchFile } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import { type McpConfiguration, mcpFiles, readMcp } from '../../../config/mcp/read.ts'
import { type McpSettings, mcpSchema } from '../../../config/mcp/schema.ts'
import { problemText } from '../../../config/problem.ts'
import { type Clock, toInstant } from '../../../lib/clock.ts'
import { HeldBytes } from '../../../lib/mcp/held-bytes.ts'
import { McpSessions } from '../../../lib/mcp/mcp-sessions.ts'
import { type Refusal, refuse } from '../../../lib/mcp/refuse.ts'
import type { TokenId } from '../../contract/ids.ts'
import type { Store } from '../../store/store.ts'
import { writeAudit } from '../../store/write-audit.ts'
import { Access, type Caller } from './access.ts'
import { CallLog } from './call-log.ts'
import { Client, type ClientDependencies } from './client.ts'
import { answerBrowser } from './cross-origin.ts'
import { Declared } from './declared.ts'
import { servePrompts } from './serve-prompts.ts'
import { serveResources } from './serve-resources.ts'
import { serveTools } from './serve-tools.ts'
import { ServerPages } from './server-pages.ts'
import { sessionIds } from './session-ids.ts'
import { Settling } from './settling.ts'
import { Upstreams } from './upstream/upstreams.ts'
import { type Endpoint, Views } from './view.ts'
import { watchTokens } from './watch-tokens.ts'

export type GatewayDependencies = {
  /** Where the configuration lies, and what this writes. */
  readonly root: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly store: Store
  readonly clock: Clock
  readonly version: string
  /** Where the API is. */
  readonly api: string
  /** How many requests without a valid token one address may send within a minute. */
  readonly refusedPerMinute: number
  /** The same for every proxy of a store. */
  readonly signingKey: Uint8Array
  /** How often it is looked whether those who have something open still may, in milliseconds. */
  readonly lookEvery?: number
  readonly log: Logger
}

export type GatewayRequest = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly host: string | undefined
  readonly address: string | undefined
}

export type Gateway = AsyncDisposable & {
  readonly answer: (asked: GatewayRequest) => Promise<void>
  /** Has clients go on with a successor: what they have asked is answered here. */
  readonly leave: () => void
  /** How many messages of clients are not answered yet. */
  readonly underWay: number
}

type Asking = {
  readonly owner: string
  readonly holder: TokenId
  readonly caller: Caller
  readonly endpoint: Endpoint
}

/** How often the configuration is looked at, in milliseconds. */
const watchInterval = 1_000
/** What has changed is told once nothing changes any more, in milliseconds. One server may change all the time. */
const settling = { rest: 50, longest: 1_000 }

/** One MCP server in front of many. Nothing behind it is started before somebody asks for it. */
export function startGateway(deps: GatewayDependencies): Gateway {
  const { root, log, version } = deps
  const first = readMcp(root)
  let faults = faultsOf(first)
  if (faults.length > 0) log.error({ faults }, 'the configuration of the MCP gateway is not valid')
  const settings = first.ok ? first.settings : mcpSchema.parse({})
  const clients = new Set<Client>()
  const declared = new Declared(settings, { directory: join(root, '.artifacts', 'mcp', 'offers'), log })
  const views = new Views(settings, declared)
  const telling = (what: 'lists' | 'resources') =>
    new Settling(() => {
      for (const client of clients) client.tell(what)
    }, settling)
  const [lists, resources] = [telling('lists'), telling('resources')]
  const changed = () => {
    views.changed()
    lists.touch()
  }
  const calls = new CallLog(log, () => views.settings.gateway.log_calls)
  const tripped = new Set<string>()
  const upstreams = new Upstreams(settings, {
    ...{ root, version, log, environment: deps.environment, api: deps.api },
    onOffer: (server, offer) => {
      if (declared.learn(server, offer)) changed()
    },
    onResources: () => resources.touch(),
    onWritten: (server, text) => calls.wrote(server, text),
    onState: server => {
      // Only what hides or shows tools is news to clients.
      const isGone = upstreams.states(server).some(({ isTripped }) => isTripped)
      if (isGone === tripped.has(server)) return
      if (isGone) tripped.add(server)
      else tripped.delete(server)
      lists.touch()
    },
  })
  const report = (error: unknown) => log.error({ err: error }, 'the MCP gateway made a mistake')
  const clientDeps: ClientDependencies = {
    ...{ version, views, declared, upstreams, report, calls },
    reread: () => reload(),
    audit: async ({ user, owner: credential, address }, operation) => {
      const entry = { user, credential, operation, address, now: () => toInstant(deps.clock.now()) }
      try {
        await deps.store.write(transaction => writeAudit(transaction, entry))
      } catch (error) {
        log.warn({ err: error, operation, credential }, 'a change of MCP servers was not written down')
      }
    },
  }
  const sessions = new McpSessions<Asking>({
    create: ({ caller, endpoint }, comes) => {
      const client = new Client(clientDeps, { caller, endpoint, comes })
      serveTools(client, clientDeps)
      servePrompts(client)
      serveResources(client, clientDeps)
      clients.add(client)
      // What there is may be other things than it knows of.
      if (comes === 'again')
        client.server.oninitialized = () => {
          for (const what of ['lists', 'resources'] as const) client.tell(what)
        }
      return {
        server: client.server,
        closed: () => {
          clients.delete(client)
          const isLast = ![...clients].some(({ owner }) => owner === client.owner)
          void upstreams.leave(client, isLast)
        },
      }
    },
    ids: sessionIds(deps.signingKey),
    held: new HeldBytes(() => views.settings.gateway.held_bytes),
    get most() {
      return views.settings.gateway.clients
    },
    get idleMs() {
      return views.settings.gateway.idle_seconds * 1_000
    },
    get longestMessage() {
      return views.settings.gateway.request_bytes
    },
  })
  const reload = () => {
    const read = readMcp(root)
    const found = faultsOf(read)
    if (found.length > 0)
      log.error({ faults: found }, 'the configuration of the MCP gateway has become invalid')
    faults = found
    if (!read.ok || isDeepStrictEqual(read.settings, views.settings)) return
    log.info(
      { servers: Object.keys(read.settings.servers) },
      'the configuration of the MCP gateway counts anew',
    )
    declared.reconfigure(read.settings)
    views.changed(read.settings)
    void upstreams.reconfigure(read.settings)
    lists.touch()
  }
  const looked: StatsListener = (now, before) => {
    // That a file is not there is told once without a change.
    if (now.ino !== before.ino || now.ctimeMs !== before.ctimeMs) reload()
  }
  for (const file of mcpFiles(root)) watchFile(file, { interval: watchInterval, persistent: false }, looked)
  const access = new Access(deps)
  const pages = new ServerPages({
    ...{ views, declared, upstreams, faults: () => faults },
    accepted: async caller => {
      changed()
      await clientDeps.audit(caller, 'mcp_servers.accept_offer')
    },
  })
  const tokens = watchTokens({
    open: () => new Set([...clients].map(({ owner }) => owner)),
    mayStill: token => access.stillAdmits(token),
    lost: async token => {
      await sessions.end(token)
      await upstreams.revoke(token)
    },
    report,
    ...(deps.lookEvery === undefined ? {} : { everyMs: deps.lookEvery }),
  })

  async function answer({ request, response, path, host, address }: GatewayRequest): Promise<void> {
    if (answerBrowser(request, response, views.settings.gateway)) return
    const admission = await access.admit(request, { host, address, settings: views.settings.gateway })
    if (!admission.ok) return refuse(response, admission.refusal)
    const { caller } = admission
    if (await pages.answers(path, request, response, caller)) return
    const refusal = refusalOf(path, views.settings, faults, caller)
    if (refusal !== undefined) return refuse(response, refusal)
    // No service stands behind that would say so.
    if (request.headers.expect !== undefined) response.writeContinue()
    const server = serverIn(path)
    const endpoint: Endpoint = server === undefined ? { kind: 'all' } : { kind: 'server', server }
    await sessions.answer(request, response, {
      owner: ownerOf(caller, server),
      holder: caller.owner,
      caller,
      endpoint,
    })
  }

  return {
    async answer(asked) {
      try {
        await answer(asked)
      } catch (error) {
        report(error)
        asked.response.destroy()
      }
    },
    leave: () => sessions.leave(),
    get underWay() {
      return sessions.underWay
    },
    async [Symbol.asyncDispose]() {
      tokens[Symbol.dispose]()
      for (const file of mcpFiles(root)) unwatchFile(file, looked)
      for (const one of [lists, resources]) one[Symbol.dispose]()
      await sessions[Symbol.asyncDispose]()
      await upstreams[Symbol.asyncDispose]()
    },
  }
}

/** Who may less than before is not let into what they began: they begin anew. */
const ownerOf = ({ owner, holds }: Caller, server: string | undefined): string =>
  `${owner} ${server ?? ''} ${holds('admin')}`

const faultsOf = (read: McpConfiguration): string[] => (read.ok ? [] : read.problems.map(problemText))

/** Of `/servers/NAME/mcp`. */
const serverIn = (path: string): string | undefined => /^\/servers\/([^/]+)\/mcp$/.exec(path)?.[1]

function refusalOf(
  path: string,
  { servers }: McpSettings,
  faults: readonly string[],
  { mayUse }: Caller,
): Refusal | undefined {
  if (faults.length > 0 && Object.keys(servers).length === 0)
    return { status: 503, message: ['the configuration of the gateway is not valid', ...faults].join('\n') }
  if (path === '/mcp') return undefined
  const server = serverIn(path)
  if (server !== undefined && servers[server]?.enabled === true && mayUse(server)) return undefined
  return { status: 404, message: 'MCP is served at /mcp, and of one server at /servers/NAME/mcp' }
}
