import { setMaxListeners } from 'node:events'
import type { Server } from 'node:net'
import type { Logger } from 'pino'
import { type ServerSettings, serverSchema } from '../../config/schema.ts'
import type { Clock } from '../../lib/clock.ts'
import { errorCode } from '../../lib/error-code.ts'
import { watchConnections } from '../../lib/http-connections.ts'
import type { ListenOn } from '../../lib/listener/listen-on.ts'
import type { Leaving } from '../../lib/listener/offer-leave.ts'
import { urlOf } from '../../lib/url.ts'
import { UserError } from '../../lib/user-error.ts'
import type { LimitSettings } from '../contract/command-limits.ts'
import type { InstanceId } from '../contract/ids.ts'
import type { DataFiles } from '../store/files.ts'
import { proxyProof } from '../store/proxy-proof.ts'
import type { Store } from '../store/store.ts'
import { AuditReads } from './audit-reads.ts'
import { Changes } from './changes.ts'
import { Codexbar } from './codexbar.ts'
import { type Context, defaultLimits, type Limits, type RequestSettings } from './context.ts'
import { ViewersHere } from './debug/viewers-here.ts'
import { DebugEvents } from './debug-events.ts'
import { createHandlers } from './handlers/handlers.ts'
import { idempotentHandlers } from './idempotent-handlers.ts'
import { RequestRates } from './limits/request-rates.ts'
import { StreamRoom } from './limits/stream-room.ts'
import { Live } from './live/live.ts'
import { isLoopback } from './loopback.ts'
import { ApiMetrics } from './metrics.ts'
import { Peers } from './peers.ts'
import { Readiness } from './readiness.ts'
import { requestIds } from './request-id.ts'
import { RequestLog } from './request-log.ts'
import { RunnerLink } from './runner-link.ts'
import { buildServer } from './server.ts'
import { AccessTokens } from './sign-in/access-tokens.ts'
import { AuditRefusals } from './sign-in/audit-refusals.ts'
import { DeviceTokens } from './sign-in/device-tokens.ts'
import { Passwords } from './sign-in/passwords.ts'
import { SignInLimits } from './sign-in/sign-in-limits.ts'
import { TokenUse } from './token-use.ts'
import type { TunnelLimits } from './tunnels/tunnel-limits.ts'
import { TunnelRoom } from './tunnels/tunnel-room.ts'
import { Upgrades } from './upgrades.ts'

export type ApiDependencies = {
  readonly store: Store
  readonly files: DataFiles
  readonly clock: Clock
  readonly log: Logger
  readonly instance: InstanceId
  readonly version: string
  /** Port 0 takes any that is free. */
  readonly listen: ListenOn
  /** Web origins besides the server's own whose pages may use it. */
  readonly allowedOrigins: readonly string[]
  /** How many requests may come, and connections be open. */
  readonly requests: RequestSettings
  /** How many streams one user may have open. */
  readonly streamsPerUser: number
  readonly runnerSocket: string
  readonly allowedSchemes: readonly string[]
  /** How many debug sessions may live at a time. */
  readonly debugSessions: number
  /** What commands may use. */
  readonly commands: LimitSettings
  /** How long sessions may live. */
  readonly sessions: ServerSettings['sessions']
  /** What sessions get that are created without saying so. */
  readonly environments: Pick<ServerSettings['environments'], 'default'>
  /** Default: none. */
  readonly apps?: Context['apps']
  /** Of the host, for programs that are asked there. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly limits?: Partial<Limits>
  /** Default: as the configuration has it. */
  readonly tunnels?: TunnelLimits
  /** Default: with the cost that is asked for of servers. */
  readonly passwords?: Passwords
}

/** `leave` takes nothing new, and tells every stream that the server stops; calls that wait for a debugger go on. */
export type Api = AsyncDisposable &
  Leaving & {
    readonly url: string
    /** What listens, for a successor. */
    readonly listener: Server
    readonly changes: Changes
    readonly live: Live
    readonly debugEvents: DebugEvents
  }

/**
 * Starts the API. It is up when this resolves; it is ready (`/readyz`) once the runner is connected too. Disposing it
 * stops accepting, tells every stream that the server stops, lets what is in progress end, and cuts what does not.
 */
export async function startApi(deps: ApiDependencies): Promise<Api> {
  const { log, runnerSocket, listen } = deps
  const limits: Limits = { ...defaultLimits, ...deps.limits }
  const changes = new Changes()
  const live = new Live({ ...deps, changes })
  const debugEvents = new DebugEvents()
  const viewers = new ViewersHere(present => runner.present(present))
  const stop = new AbortController()
  const giveUp = new AbortController()
  setMaxListeners(0, stop.signal, giveUp.signal)
  await using starting = new AsyncDisposableStack()
  const tokenUse = starting.use(new TokenUse(deps))
  const runner = starting.use(
    new RunnerLink({
      socket: runnerSocket,
      log,
      successorMs: limits.successor,
      onChanged: change => changes.announce(change),
      onDebug: news => debugEvents.announce(news),
      onConnected: () => {
        viewers.tellAll()
        debugEvents.gap()
      },
    }),
  )
  const tunnels = deps.tunnels ?? serverSchema.parse({}).tunnels
  const metrics = new ApiMetrics(deps.store)
  const context: Context = {
    ...deps,
    loopback: isLoopback(listen.host),
    metrics,
    requestLog: new RequestLog({ log, metrics }),
    peers: new Peers(await proxyProof(deps.store)),
    rates: new RequestRates(deps.clock, deps.requests),
    streams: new StreamRoom(deps.streamsPerUser),
    accessTokens: new AccessTokens(deps),
    deviceTokens: new DeviceTokens(deps),
    passwords: deps.passwords ?? new Passwords(),
    signInLimits: new SignInLimits(deps.clock),
    auditRefusals: starting.use(new AuditRefusals(deps)),
    auditReads: new AuditReads(deps),
    changes,
    live,
    debugEvents,
    viewers,
    apps: deps.apps ?? { declared: new Map(), origins: '' },
    codexbar: starting.use(new Codexbar({ environment: deps.environment, deadlineMs: limits.codexbar })),
    runner,
    tunnels: { room: new TunnelRoom(tunnels.per_session), limits: tunnels },
    readiness: new Readiness({ ...deps, connected: () => runner.instance }),
    stopping: stop.signal,
    givingUp: giveUp.signal,
    nextRequestId: requestIds(),
    limits,
  }
  const handlers = idempotentHandlers(context, createHandlers(context))
  const server = buildServer(context, handlers, tokenUse)
  const upgrades = new Upgrades(context, handlers, tokenUse)
  server.server.on('upgrade', upgrades.handle)
  const connections = watchConnections(server.server)
  let left: Promise<void> | undefined
  const leave = () => {
    left ??= (async () => {
      connections.stopListening()
      stop.abort()
      await connections.leave()
    })()
    return left
  }
  starting.defer(async () => {
    const patience = setTimeout(() => giveUp.abort(), limits.answers)
    await leave()
    await Promise.all([
      connections.drain(server.close(), context.limits.stop),
      upgrades[Symbol.asyncDispose](),
    ]).finally(() => clearTimeout(patience))
  })
  const url = await listening(server, listen)
  log.info({ url, instance: deps.instance }, 'listening')
  const life = starting.move()
  return {
    url,
    leave,
    underWay: connections.underWay,
    listener: server.server,
    changes,
    live,
    debugEvents,
    [Symbol.asyncDispose]: () => life.disposeAsync(),
  }
}

async function listening(
  server: ReturnType<typeof buildServer>,
  { host, port, fd }: ListenOn,
): Promise<string> {
  // Fastify hands on to Node what its types do not know.
  const options = { host, port, fd }
  try {
    await server.listen(options)
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE')
      throw new UserError(`port ${port} on ${host} is taken by another program`, {
        fix: 'set another api.port in config/server.local.toml, or end that program',
        cause: error,
      })
    throw error
  }
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('the API listens on no port')
  return urlOf({ host, port: address.port })
}
