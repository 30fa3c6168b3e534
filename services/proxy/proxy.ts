import { createServer, type IncomingMessage, type ServerOptions, ServerResponse } from 'node:http'
import { type Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { Client } from 'undici'
import type { ListenOn } from '../../lib/listener/listen-on.ts'
import type { Leaving } from '../../lib/listener/offer-leave.ts'
import { carrierIn, type OpenSpan, openSpan } from '../../lib/trace.ts'
import { appOfHost } from '../contract/app-origin.ts'
import type { InstanceId } from '../contract/ids.ts'
import { mostHeadBytes } from '../contract/malformed-request.ts'
import { ownTokenInUrl, tokenInUrl } from '../contract/token-in-url.ts'
import { AddressShares, sendNoRoom } from './address-shares.ts'
import { appRoute } from './apps/app-route.ts'
import type { SessionApps } from './apps/session-apps.ts'
import { type Door, openDoor } from './door.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { Forwarded, RawHeaders } from './headers.ts'
import { KnownHosts } from './known-hosts.ts'
import { McpDoor } from './mcp-door.ts'
import { ProxyMetrics } from './metrics.ts'
import { answerMetrics } from './metrics-answer.ts'
import { sendProblem } from './problem.ts'
import { relay, responseOn } from './relay.ts'
import { type RequestTarget, requestTarget } from './request-target.ts'
import { ShareNotices } from './share-notices.ts'
import { switchProtocols } from './switch-protocols.ts'
import type { CertificateFiles } from './tls/certificate.ts'
import { secureServer } from './tls/secure-server.ts'
import { toApi } from './to-api.ts'
import { TrustedProxies } from './trusted-proxies.ts'
import { Tunnel } from './tunnel.ts'
import type { Switched } from './upstream/answer.ts'
import { Upstream } from './upstream/upstream.ts'

export type ProxyDependencies = {
  /** Port 0 takes any that is free. */
  readonly listen: ListenOn
  /** Where the API is, such as `http://127.0.0.1:8000`. */
  readonly upstream: string
  /** What proves to it that this is the proxy: see `proxy-proof.ts` of the store. */
  readonly proof: string
  /** Addresses, and ranges of them, of proxies in front of this one. */
  readonly trustedProxies: readonly string[]
  readonly instance: InstanceId
  readonly version: string
  readonly log: Logger
  /** How many connections of clients may be open. */
  readonly connections: number
  /** How many of them, and of requests in progress, one address may have. */
  readonly perAddress: number
  /** Names under which it may be asked, besides `localhost` and addresses; undefined: any. */
  readonly hosts?: readonly string[]
  /** The most bytes that a body may have; 0: any. */
  readonly bodyLimit: number
  /** Where apps of sessions are, as the configuration has it; and who serves them. */
  readonly appOrigins: string
  readonly apps: Pick<SessionApps, 'serve' | 'stop'>
  /** Where it listens for TLS besides, and with which certificate. */
  readonly tls?: TlsDoor
  readonly limits?: Partial<ProxyLimits>
  /** Loads the MCP gateway. */
  readonly openGateway: () => Promise<Gateway>
}

export type TlsDoor = CertificateFiles & {
  readonly host: string
  readonly port: number
  /** How often the files are looked at, in milliseconds. */
  readonly lookEvery: number
}

/**
 * In milliseconds: how long the head of a request may take to come, how long none of its body may, and all of it; how long an
 * answer may not begin, and how long a client may take none of it; how often clients of HTTP/2 are asked for a sign of life; and
 * how long a stop waits for what is in progress.
 */
type ProxyLimits = Readonly<
  Record<'head' | 'pause' | 'request' | 'answer' | 'slowReader' | 'alive' | 'stop', number>
>

export const defaultLimits: ProxyLimits = {
  head: 30_000,
  pause: 60_000,
  request: 3_600_000,
  answer: 120_000,
  slowReader: 60_000,
  alive: 15_000,
  stop: 5_000,
}

/** `underWay` does not count what is followed, which may have no end, and goes on at the successor. */
export type Proxy = AsyncDisposable &
  Leaving & {
    readonly url: string
    readonly secureUrl?: string
    readonly listeners: Listeners
    /** Of `underWay`, what apps of sessions have to answer. */
    readonly appsUnderWay: () => number
  }

/**
 * The front door: everything goes to the API, but for `/healthz`, by which the proxy answers for itself (`/api/healthz` is
 * the API's), `/metrics`, to which it adds its own figures, the MCP gateway, and apps of sessions: those at origins of their
 * own get all that is asked for there.
 */
export async function startProxy(deps: ProxyDependencies): Promise<Proxy> {
  const { log, listen } = deps
  const limits = { ...defaultLimits, ...deps.limits }
  const { hostname, port } = new URL(deps.upstream)
  // A followed log may say nothing for as long as it likes; what is not answered at all is given up.
  const upstream = new Upstream({ host: hostname, port: Number(port) }, { answer: limits.answer })
  const figures = new Client(deps.upstream)
  const trusted = new TrustedProxies(deps.trustedProxies)
  const tunnels = new Set<Tunnel>()
  const metrics = new ProxyMetrics(() => tunnels.size)
  const notices = new ShareNotices({ log, count: of => metrics.atShare(of), now: () => performance.now() })
  const shares = new AddressShares(deps.perAddress, trusted, (...of) => notices.reached(...of))
  const forwardedOf = (request: IncomingMessage, { host }: RequestTarget): Forwarded => ({
    ...trusted.clientOf(request),
    host,
    proof: deps.proof,
  })
  const hosts = deps.hosts && new KnownHosts(deps.hosts)
  const targetOf = (request: IncomingMessage, response: ServerResponse) => {
    const target = readTarget(request, response, deps.appOrigins)
    if (target?.host === undefined || hosts === undefined || hosts.has(target.host)) return target
    if (appOfHost(target.host, deps.appOrigins) !== undefined || trusted.includes(request.socket))
      return target
    sendProblem(response, 'host_refused', 'see proxy.hosts in config/server.toml', { connection: 'close' })
    return undefined
  }
  const { pause, slowReader } = limits
  const to = { upstream, log, limits: { bytes: deps.bodyLimit, pause, slowReader } }
  const answering = new Set<ServerResponse>()
  const answeredByApps = new Set<ServerResponse>()
  const followed = new Set<ServerResponse>()
  const mcp = new McpDoor(deps.openGateway, log)
  let isStopping = false
  const http: ServerOptions = {
    shouldUpgradeCallback: request => request.headers.upgrade?.toLowerCase() === 'websocket',
    maxHeaderSize: mostHeadBytes,
    headersTimeout: limits.head,
    requestTimeout: limits.request,
    connectionsCheckingInterval: Math.min(5_000, limits.head / 2),
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const began = performance.now()
    const span = requestSpan(request)
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : 0
      metrics.request(status, performance.now() - began)
      span.annotate({ 'http.response.status_code': response.statusCode })
      span.end(status === 0 || status >= 500)
    })
    const target = targetOf(request, response)
    if (target === undefined) return
    const route = appRoute(target.host, target.path, deps.appOrigins)
    const [path = ''] = target.path.split('?', 1)
    const forwarded = forwardedOf(request, target)
    const { address } = forwarded
    if (!shares.takes({ socket: request.socket, address, until: response })) return sendNoRoom(response)
    const waitedFor = route === undefined ? answering : answeredByApps
    const isFollowed = () => waitedFor.delete(response)
    if (!McpDoor.leadsTo(path) || route !== undefined) {
      waitedFor.add(response)
      response.once('close', isFollowed)
    }
    if (route !== undefined)
      span.within(
        () =>
          void deps.apps.serve({
            ...{ route, request, response, forwarded, isFollowed },
            target: target.path,
          }),
      )
    else if (path === '/healthz') answerForItself(deps, request, response)
    else if (path === '/metrics' && request.method === 'GET')
      void answerMetrics({ upstream: figures, metrics, log, request, response, forwarded })
    else if (McpDoor.leadsTo(path)) void mcp.answer({ request, response, path, host: target.host, address })
    else {
      // Its client goes on at an offset: there is nothing to wait for.
      const isResumable = () => {
        isFollowed()
        followed.add(response)
        response.once('close', () => followed.delete(response))
        if (isStopping) response.destroy()
      }
      span.within(() => {
        const api = toApi(request, target, forwarded)
        relay({ ...to, request, response, isFollowed: isResumable, ...api })
      })
    }
  }
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!(socket instanceof Socket)) throw new TypeError('an upgrade on something that is no network socket')
    if (head.length > 0) socket.unshift(head)
    const response = responseOn(socket, new ServerResponse(request))
    const target = targetOf(request, response)
    if (target === undefined) return
    const onUpgrade = (rawHeaders: RawHeaders, switched: Switched) => {
      response.detachSocket(socket)
      switchProtocols(socket, rawHeaders)
      const tunnel = new Tunnel(socket, switched)
      tunnels.add(tunnel)
      socket.once('close', () => tunnels.delete(tunnel))
      if (isStopping) tunnel.stop()
    }
    const forwarded = forwardedOf(request, target)
    if (!shares.takes({ socket, address: forwarded.address, until: socket })) return sendNoRoom(response)
    const route = appRoute(target.host, target.path, deps.appOrigins)
    if (route === undefined)
      return relay({ ...to, request, response, ...toApi(request, target, forwarded), onUpgrade })
    const takes = () => {
      response.detachSocket(socket)
      return socket
    }
    const upgrade = { agreed: onUpgrade, takes }
    void deps.apps.serve({ route, request, response, forwarded, target: target.path, upgrade })
  }
  const { connections, tls } = deps
  const { share } = shares
  await using starting = new AsyncDisposableStack()
  const doors: Door[] = []
  starting.defer(async () => {
    isStopping = true
    for (const door of doors) void door.leave()
    for (const tunnel of tunnels) tunnel.stop()
    for (const response of followed) response.destroy()
    deps.apps.stop()
    const closed = Promise.all(doors.map(door => door.drain(limits.stop)))
    await Promise.all([mcp.close(limits.stop, closed), closed])
    upstream[Symbol.dispose]()
    await figures.destroy()
  })
  const plain = {
    listen,
    setting: 'proxy.port',
    arrives: 'connection',
    connections,
    share,
    onUpgrade,
  } as const
  const listener = createServer(http, onRequest)
  const door = await openDoor(listener, plain)
  doors.push(door)
  const { url } = door
  log.info({ url, instance: deps.instance }, 'listening')
  const leaving: Leaving & Pick<Proxy, 'appsUnderWay'> = {
    async leave() {
      mcp.leave()
      await Promise.all(doors.map(door => door.leave()))
    },
    underWay: () => mcp.underWay + answering.size + answeredByApps.size,
    appsUnderWay: () => answeredByApps.size,
  }
  if (tls === undefined)
    return { url, ...leaving, listeners: { plain: listener }, [Symbol.asyncDispose]: moved(starting) }
  const { head: handshake, alive, request } = limits
  const secure = starting.use(
    await secureServer(
      { ...tls, http, handshake, alive, request, slowReader, connections, share, log },
      onRequest,
    ),
  )
  const over = { listen: tls, setting: 'proxy.tls.port', arrives: 'secureConnection' } as const
  const leave = () => secure.leave()
  const secureDoor = await openDoor(secure.server, { ...over, connections, share, onUpgrade, leave })
  doors.push(secureDoor)
  log.info({ url: secureDoor.url }, 'listening for TLS')
  const listeners = { plain: listener, secure: secure.server }
  return { url, secureUrl: secureDoor.url, ...leaving, listeners, [Symbol.asyncDispose]: moved(starting) }
}

/** What listens, for a successor. */
type Listeners = Readonly<Record<string, Server>>

/** What ends all of it, by whoever has it now. */
function moved(stack: AsyncDisposableStack): () => Promise<void> {
  const kept = stack.move()
  return () => kept.disposeAsync()
}

/** A WebSocket has none: it may last for days, and its headers reach the API as they are. */
const requestSpan = ({ method = '', headers }: IncomingMessage): OpenSpan =>
  openSpan(method, {
    kind: 'server',
    from: carrierIn(headers),
    attributes: () => ({ 'http.request.method': method }),
  })

/** What is asked for; undefined where that was refused already. */
function readTarget(request: IncomingMessage, response: ServerResponse, appOrigins: string) {
  const target = requestTarget(request)
  // An app may have tokens of its own in its addresses.
  const isForApp = appOfHost(target?.host, appOrigins) !== undefined
  const leak = isForApp ? ownTokenInUrl(request.url ?? '') : tokenInUrl(request.url ?? '')
  if (leak !== undefined) return void sendProblem(response, 'token_in_url', leak)
  // Another coding than chunks would reach the upstream without its name.
  const encoding = request.headers['transfer-encoding']
  if (target !== undefined && (encoding === undefined || encoding.toLowerCase() === 'chunked')) return target
  sendProblem(
    response,
    'invalid_input',
    target === undefined ? 'expected a path, and one host' : 'this transfer coding is not offered',
    {
      connection: 'close',
    },
  )
  return undefined
}

function answerForItself(
  { instance, version }: ProxyDependencies,
  { method = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  if (method !== 'GET' && method !== 'HEAD') {
    sendProblem(response, 'method_not_allowed', `${method} is not offered here; GET, HEAD is`, {
      allow: 'GET, HEAD',
    })
    return
  }
  const content = JSON.stringify({ status: 'ok', service: 'proxy', instance, version })
  response
    .writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(content),
      'cache-control': 'no-store',
    })
    .end(content)
}
