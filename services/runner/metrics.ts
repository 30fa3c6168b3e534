import { type Families, ServiceMetrics, workBuckets } from '../../lib/metrics.ts'
import type { CommandFailure, CommandStatus } from '../contract/command-state.ts'
import type { EnvironmentManager } from '../contract/environment-state.ts'
import { countRetries } from '../store/figures.ts'
import type { Store } from '../store/store.ts'

export type RunnerMetricsOptions = {
  readonly store: Pick<Store, 'retries'>
  readonly slots: number
  /** How many jobs are under way. */
  readonly jobs: () => number
  /** How many apps of sessions it looks after. */
  readonly apps: () => number
}

const takeOutcomes = ['warm', 'new', 'healed'] as const
const scrubOutcomes = ['warm', 'removed'] as const

/** The runner's figures. It listens on no port: the API asks for them. */
export class RunnerMetrics {
  readonly #metrics = new ServiceMetrics('runner')
  readonly #claims = this.#metrics.counter(
    'debug_server_command_claims_total',
    'Commands that this runner tried to take; one that is refused has been taken or cancelled meanwhile.',
    ['outcome'],
  )
  readonly #waits = this.#metrics.histogram(
    'debug_server_command_wait_seconds',
    'From when a command was accepted to when it was taken.',
    [],
    workBuckets,
  )
  readonly #commands = this.#metrics.histogram(
    'debug_server_command_duration_seconds',
    'From the start of a command to its recorded end.',
    ['status'],
    workBuckets,
  )
  readonly #bytes = this.#metrics.counter(
    'debug_server_log_written_bytes_total',
    'Bytes that commands which have ended had written.',
    ['stream'],
  )
  readonly #compressed = this.#metrics.counter(
    'debug_server_log_compressed_bytes_total',
    'Bytes of old logs that were stored: `plain` as they were written, `stored` as they lie on disk since.',
    ['form'],
  )
  readonly #expired = this.#metrics.counter(
    'debug_server_log_expired_bytes_total',
    'Bytes on disk of logs that were removed for their age or to make room.',
    [],
  )
  readonly #starts = this.#metrics.histogram(
    'debug_server_session_start_seconds',
    'How long it took to start a session.',
    ['outcome'],
    workBuckets,
  )
  readonly #fetches = this.#metrics.histogram(
    'debug_server_fetch_seconds',
    'How long it took to fetch a repository.',
    ['outcome'],
    workBuckets,
  )

  readonly #builds = this.#metrics.histogram(
    'debug_server_environment_build_seconds',
    'How long it took to build an environment.',
    ['manager', 'outcome'],
    workBuckets,
  )
  readonly #environments = this.#metrics.counter(
    'debug_server_environments_obtained_total',
    'Environments that sessions have got: ready before (hit), built for another (waited) or for them (built).',
    ['manager', 'how'],
  )
  readonly #worktrees = this.#metrics.counter(
    'debug_server_worktree_takes_total',
    'Worktrees that sessions got: from the pool, new, or new because the pooled one was damaged.',
    ['outcome'],
  )
  readonly #scrubs = this.#metrics.counter(
    'debug_server_worktree_scrubs_total',
    'Worktrees that were given back: warm again, or removed.',
    ['outcome'],
  )
  readonly #appStarts = this.#metrics.histogram(
    'debug_server_app_start_seconds',
    'From the launch of an app to when it was ready.',
    [],
    workBuckets,
  )
  readonly #appEnds = this.#metrics.counter(
    'debug_server_app_ends_total',
    'Apps that have ended: why they were ended or failed; `exited` is by themselves.',
    ['reason'],
  )

  constructor({ store, slots, jobs, apps }: RunnerMetricsOptions) {
    for (const form of ['plain', 'stored']) this.#compressed.inc({ form }, 0)
    for (const outcome of ['taken', 'refused']) this.#claims.inc({ outcome }, 0)
    for (const outcome of takeOutcomes) this.#worktrees.inc({ outcome }, 0)
    for (const outcome of scrubOutcomes) this.#scrubs.inc({ outcome }, 0)
    this.#metrics.gauge('debug_server_runner_slots', 'Commands that may run at a time.', []).set(slots)
    this.#metrics.gauge(
      'debug_server_runner_jobs',
      'Jobs under way: sessions, commands, fetches.',
      [],
      gauge => gauge.set(jobs()),
    )
    this.#metrics.gauge('debug_server_apps', 'Apps of sessions that run or start.', [], gauge =>
      gauge.set(apps()),
    )
    for (const reason of ['exited', 'app_idle', 'app_not_ready'] as const) this.#appEnds.inc({ reason }, 0)
    countRetries(this.#metrics, store)
  }

  /** `waited`: milliseconds since the command was accepted; undefined where it was not to be had. */
  claimed(waited: number | undefined): void {
    this.#claims.inc({ outcome: waited === undefined ? 'refused' : 'taken' })
    if (waited !== undefined) this.#waits.observe(Math.max(0, waited) / 1_000)
  }

  /** `took`: milliseconds; undefined for one that never started. */
  commandEnded(
    status: CommandStatus,
    took: number | undefined,
    bytes: { stdout: number; stderr: number },
  ): void {
    if (took !== undefined) this.#commands.observe({ status }, Math.max(0, took) / 1_000)
    this.#bytes.inc({ stream: 'stdout' }, bytes.stdout)
    this.#bytes.inc({ stream: 'stderr' }, bytes.stderr)
  }

  /** A log has been stored as it is kept. Sizes in bytes. */
  logStored(plain: number, stored: number): void {
    this.#compressed.inc({ form: 'plain' }, plain)
    this.#compressed.inc({ form: 'stored' }, stored)
  }

  logExpired(bytes: number): void {
    this.#expired.inc(bytes)
  }

  sessionStarted(outcome: 'running' | 'failed', tookMs: number): void {
    this.#starts.observe({ outcome }, tookMs / 1_000)
  }

  /** `took`: seconds; undefined for a build that never started. */
  environmentBuilt(manager: EnvironmentManager, outcome: string, took: number | undefined): void {
    if (took !== undefined) this.#builds.observe({ manager, outcome }, took)
  }

  environmentObtained(manager: EnvironmentManager, how: 'hit' | 'waited' | 'built'): void {
    this.#environments.inc({ manager, how })
  }

  fetched(outcome: 'done' | 'failed', tookMs: number): void {
    this.#fetches.observe({ outcome }, tookMs / 1_000)
  }

  worktreeTaken(outcome: (typeof takeOutcomes)[number]): void {
    this.#worktrees.inc({ outcome })
  }

  scrubbed(outcome: (typeof scrubOutcomes)[number]): void {
    this.#scrubs.inc({ outcome })
  }

  appReady(tookMs: number): void {
    this.#appStarts.observe(tookMs / 1_000)
  }

  appEnded(reason: CommandFailure['reason'] | 'exited'): void {
    this.#appEnds.inc({ reason })
  }

  families(): Promise<Families> {
    return this.#metrics.families()
  }
}
