import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import type { DeclaredApps } from '../../config/apps.ts'
import type { ServerSettings } from '../../config/schema.ts'
import type { Clock } from '../../lib/clock.ts'
import type { LimitSettings } from '../contract/command-limits.ts'
import type { InstanceId, SessionId } from '../contract/ids.ts'
import type { LiveAnswer, RunnerOffers, Unshared } from '../contract/runner-messages.ts'
import type { ToRunnerTunnel } from '../contract/tunnel.ts'
import type { DataFiles } from '../store/files.ts'
import type { Store } from '../store/store.ts'
import type { AuditReads } from './audit-reads.ts'
import type { Changes } from './changes.ts'
import type { Codexbar } from './codexbar.ts'
import type { DapEar, DapLine } from './dap/dap-lines.ts'
import type { ViewersHere } from './debug/viewers-here.ts'
import type { DebugEvents } from './debug-events.ts'
import type { RequestRates } from './limits/request-rates.ts'
import type { StreamRoom } from './limits/stream-room.ts'
import type { Live } from './live/live.ts'
import type { ApiMetrics } from './metrics.ts'
import type { Outcome } from './outcome.ts'
import type { Peers } from './peers.ts'
import type { Readiness } from './readiness.ts'
import type { RequestLog } from './request-log.ts'
import type { Question, TerminalQuestion, Wait } from './runner-link.ts'
import type { AccessTokens } from './sign-in/access-tokens.ts'
import type { AuditRefusals } from './sign-in/audit-refusals.ts'
import type { DeviceTokens } from './sign-in/device-tokens.ts'
import type { Passwords } from './sign-in/passwords.ts'
import type { SignInLimits } from './sign-in/sign-in-limits.ts'
import type { TunnelLimits } from './tunnels/tunnel-limits.ts'
import type { TunnelRoom } from './tunnels/tunnel-room.ts'

/** What the handlers work with. Made once, by `startApi`. */
export type Context = {
  readonly store: Store
  readonly files: DataFiles
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: ApiMetrics
  readonly requestLog: RequestLog
  readonly peers: Peers
  readonly rates: RequestRates
  readonly streams: StreamRoom
  readonly accessTokens: AccessTokens
  readonly deviceTokens: DeviceTokens
  readonly passwords: Passwords
  readonly signInLimits: SignInLimits
  readonly auditRefusals: AuditRefusals
  readonly auditReads: AuditReads
  readonly instance: InstanceId
  readonly version: string
  /** Whether the API can be reached from this machine only. */
  readonly loopback: boolean
  readonly allowedSchemes: readonly string[]
  /** Web origins besides the server's own whose pages may use it. */
  readonly allowedOrigins: readonly string[]
  /** How many requests may come, and connections be open. */
  readonly requests: RequestSettings
  /** How many debug sessions may live at a time. */
  readonly debugSessions: number
  /** What commands may use. */
  readonly commands: LimitSettings
  /** What sessions get that are created without saying so. */
  readonly environments: Pick<ServerSettings['environments'], 'default'>
  /** What apps sessions may have; and where those are, as the proxy is told: see `app-origin.ts` of the contract. */
  readonly apps: { readonly declared: DeclaredApps; readonly origins: string }
  /** How long sessions may live. */
  readonly sessions: ServerSettings['sessions']
  readonly changes: Changes
  readonly live: Live
  readonly debugEvents: DebugEvents
  readonly viewers: ViewersHere
  /** Ways into sessions: how many there are, and what they may take. */
  readonly tunnels: { readonly room: TunnelRoom; readonly limits: TunnelLimits }
  readonly codexbar: Pick<Codexbar, 'usage'>
  readonly readiness: Pick<Readiness, 'look'>
  /** The runner's side: who is connected, a nudge that there is work in the store, and questions to debuggers. */
  readonly runner: {
    readonly instance: InstanceId | undefined
    readonly offers: RunnerOffers | undefined
    wake(): void
    unshared(unshared: Omit<Unshared, 'type'>): void
    ask(question: Question): Promise<LiveAnswer>
    terminal(question: TerminalQuestion): Promise<LiveAnswer>
    survey(wait: Wait): Promise<LiveAnswer>
    processes(session: SessionId, wait: Wait): Promise<LiveAnswer>
    measure(deadlineMs: number): Promise<LiveAnswer>
    dap(ear: DapEar): DapLine
    tunnel(asked: Omit<ToRunnerTunnel, 'type' | 'id'>, gone: AbortSignal): Promise<Outcome<Socket>>
  }
  /** Gives each request its id, by which the log and the client can speak of it. */
  readonly nextRequestId: () => string
  /** Aborts when the server stops, or leaves: who is told then how things are answers with what there is. */
  readonly stopping: AbortSignal
  /** Aborted a little after the server is to end: until then what was asked is done, as with a runner that answers. */
  readonly givingUp: AbortSignal
  readonly limits: Limits
}

export type RequestSettings = Pick<
  ServerSettings['api'],
  'requests_per_minute' | 'anonymous_per_minute' | 'connections'
>

/** Times in milliseconds, some of them from the configuration; tests shorten them. */
export type Limits = {
  /** How long the head of a request may take to come, and all of it. */
  readonly head: number
  readonly request: number
  /** A reader of a stream that takes nothing for this long is cut. */
  readonly slowReader: number
  /** How long what was sent last to a reader that is being cut may still travel. */
  readonly linger: number
  /** The pause between two pings of a WebSocket. */
  readonly ping: number
  /** How long codexbar may take. */
  readonly codexbar: number
  /** How long a stop waits for what the runner has been asked, and for requests in progress. */
  readonly answers: number
  readonly stop: number
  /** How long after a runner has gone its successor is waited for: one that is replaced is away for a second or two. */
  readonly successor: number
}

export const defaultLimits: Limits = {
  head: 30_000,
  request: 120_000,
  slowReader: 60_000,
  linger: 5_000,
  ping: 30_000,
  codexbar: 20_000,
  answers: 1_000,
  stop: 5_000,
  successor: 10_000,
}
