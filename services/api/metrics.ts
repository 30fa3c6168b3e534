import { type Families, requestBuckets, ServiceMetrics } from '../../lib/metrics.ts'
import { repositoryStatuses } from '../contract/repository-state.ts'
import { sessionStatuses } from '../contract/session-state.ts'
import { worktreeStatuses } from '../contract/worktree-state.ts'
import { countRetries, liveStatuses, storeFigures } from '../store/figures.ts'
import type { Store } from '../store/store.ts'

export type RequestFacts = {
  method: string | undefined
  /** The path's template, never the path: nothing that a client sent stands in the log. */
  route: string
  status: number
  /** Milliseconds. */
  ms: number
  request: string
  /** Whom it came from. */
  address: string | null
  /** The id of the token or sign-in that it came with. */
  credential: string | undefined
}

/** What a stream is of. */
const streamKinds = ['log', 'debug', 'dap', 'tunnel', 'events'] as const
export type StreamKind = (typeof streamKinds)[number]

/** The API's figures, and those of the store, which are asked for each time that they are told. */
export class ApiMetrics {
  readonly #metrics = new ServiceMetrics('api')
  readonly #requests = this.#metrics.histogram(
    'debug_server_http_request_duration_seconds',
    'Requests to the API by the path template of the contract; a stream lasts as long as it is read.',
    ['method', 'route', 'status'],
    requestBuckets,
  )
  readonly #streams = this.#metrics.gauge('debug_server_streams_open', 'Streams that are being read.', [
    'kind',
  ])
  readonly #bytes = this.#metrics.counter(
    'debug_server_log_sent_bytes_total',
    'Bytes of logs that readers were given.',
    [],
  )

  readonly #sessions = this.#metrics.gauge('debug_server_sessions', 'Sessions.', ['status'])
  readonly #commands = this.#metrics.gauge('debug_server_commands', 'Commands that have not ended.', [
    'status',
  ])
  readonly #repositories = this.#metrics.gauge('debug_server_repositories', 'Repositories.', ['status'])
  readonly #worktrees = this.#metrics.gauge('debug_server_worktrees', 'Worktrees.', ['status'])
  readonly #debugSessions = this.#metrics.gauge(
    'debug_server_debug_sessions',
    'Debug sessions that live.',
    [],
  )
  readonly #runners = this.#metrics.gauge('debug_server_runners', 'Runners that hold leases, or may.', [])
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
    for (const kind of streamKinds) this.#streams.set({ kind }, 0)
    countRetries(this.#metrics, store)
  }

  request({ method, route, status, ms }: RequestFacts): void {
    this.#requests.observe({ method: method ?? '', route, status }, ms / 1_000)
  }

  /** Counts a stream until disposed. */
  stream(kind: StreamKind): Disposable {
    this.#streams.inc({ kind })
    return { [Symbol.dispose]: () => this.#streams.dec({ kind }) }
  }

  sent(bytes: number): void {
    this.#bytes.inc(bytes)
  }

  async families(): Promise<Families> {
    const figures = await storeFigures(this.#store)
    for (const status of sessionStatuses) this.#sessions.set({ status }, figures.sessions[status] ?? 0)
    for (const status of repositoryStatuses)
      this.#repositories.set({ status }, figures.repositories[status] ?? 0)
    for (const status of liveStatuses) this.#commands.set({ status }, figures.commands[status] ?? 0)
    for (const status of worktreeStatuses) this.#worktrees.set({ status }, figures.worktrees[status] ?? 0)
    this.#debugSessions.set(figures.debugSessions)
    this.#runners.set(figures.runners)
    return this.#metrics.families()
  }
}
