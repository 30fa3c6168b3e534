import { userInfo } from 'node:os'
import type { Logger } from 'pino'
import { type Clock, type Stopwatch, systemStopwatch } from '../../lib/clock.ts'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { InstanceId } from '../contract/ids.ts'
import { StoreBusyError } from '../store/busy.ts'
import type { DataFiles } from '../store/files.ts'
import type { Store } from '../store/store.ts'
import type { RunnerContext } from './context.ts'
import { defaultEngineSettings, type EngineSettings, engines } from './debug/engines.ts'
import { LiveDebugSessions } from './debug/live-debug-sessions.ts'
import { Git } from './git/git.ts'
import { type FetchLimits, Mirrors } from './git/mirrors.ts'
import { KeyedJobs } from './keyed-jobs.ts'
import { defaultTermMs } from './leases/lease-rules.ts'
import { LeaseLostError, RunnerLease } from './leases/runner-lease.ts'
import { withRepository } from './leases/with-repository.ts'
import { RunnerMetrics } from './metrics.ts'
import { Reconciler } from './reconcile.ts'
import { RunnerSocket } from './runner-socket.ts'
import { removeDiscarded } from './sessions/remove-discarded.ts'
import { SessionKeeper } from './sessions/session-keeper.ts'
import { WakeLoop } from './wake-loop.ts'

export type RunnerDependencies = {
  store: Store
  files: DataFiles
  clock: Clock
  log: Logger
  instance: InstanceId
  /** Path of the unix socket to listen on: at most 100 bytes, in a directory that exists and is this user's alone. */
  socket: string
  /** How many commands run at a time. */
  slots: number
  /** How long processes may take to end when asked. */
  graceMs: number
  lease?: {
    /** How long its leases outlast its last heartbeat. */
    termMs?: number
    stopwatch?: Stopwatch
  }
  sessions?: {
    /** How long what has ended is kept; 0, and where it is not said: any time. */
    retainMs?: number
  }
  /** PATH of commands and of git. */
  path: string
  /** Variables that commands and git get: locale, time zone, certificates, proxies, outer process scopes. */
  inherit?: Record<string, string>
  /** Where debuggers are looked for. */
  debuggers?: Partial<EngineSettings>
  git?: {
    limits?: Partial<FetchLimits>
    /** Settings over the runner's own, such as `credential.helper`. */
    configuration?: readonly (readonly [key: string, value: string])[]
    /** Variables that git gets and commands do not, such as SSH_AUTH_SOCK. */
    environment?: Record<string, string>
  }
}

export type Runner = AsyncDisposable

/** The longest that the store is not looked at when nobody wakes the runner. */
const idleMs = 1_000

/**
 * Starts the runner: makes mirrors, worktrees and commands be as the store says. Disposing of it leaves commands
 * running; the next one takes them up.
 */
export async function startRunner(deps: RunnerDependencies): Promise<Runner> {
  await using started = new AsyncDisposableStack()
  const stopping = new AbortController()
  const { store, files, clock, log, slots, graceMs, path, inherit = {} } = deps
  const stopwatch = deps.lease?.stopwatch ?? systemStopwatch
  let lease: RunnerLease | undefined
  // Owns every helper that is started here, never a command: whoever finds this runner gone ends them by its mark.
  const helpers = started.use(new ProcessScope({ graceMs: 1_000 }))
  const git = started.use(
    new Git(
      {
        path,
        inherit: { ...inherit, ...deps.git?.environment },
        configuration: deps.git?.configuration ?? [],
      },
      () => lease?.require(),
      helpers,
    ),
  )
  const limits = { silenceMs: 30_000, totalMs: 1_800_000, ...deps.git?.limits }
  let socket: RunnerSocket | undefined
  let debugging: LiveDebugSessions | undefined
  let loop: WakeLoop | undefined

  const jobs = new KeyedJobs((key, error) => {
    if (error !== undefined) report(log, error, { job: key }, 'a job failed')
    loop?.wake()
  })
  const metrics = new RunnerMetrics({ store, slots, jobs: () => jobs.size })
  socket = await RunnerSocket.listen(
    deps.socket,
    { type: 'hello', instance: deps.instance },
    {
      woken: () => loop?.wake(),
      asked: async ask =>
        (await debugging?.answer(ask)) ?? {
          ok: false,
          code: 'runner_unavailable',
          detail: 'the runner is starting',
        },
      measured: async () => ({ ok: true, value: await metrics.families() }),
    },
  )
  started.use(socket)
  lease = started.use(
    await RunnerLease.take({
      ...{ store, clock, log, instance: deps.instance, processScope: helpers.id },
      stopwatch,
      termMs: deps.lease?.termMs ?? defaultTermMs,
      giveUp: () => jobs.giveUp(),
      wake: () => loop?.wake(),
    }),
  )
  const leased = { store, lease }
  const mirrors = new Mirrors(
    ...([git, files, limits, () => clock.now(), stopping.signal] as const),
    (id, work) => withRepository(leased, id, stopping.signal, work),
  )
  const context: RunnerContext = {
    ...{ store, files, clock, log, metrics, lease, git, mirrors, slots, graceMs, path, inherit },
    user: userName(),
    changed: change => socket?.broadcast({ type: 'changed', ...change }),
  }
  debugging = new LiveDebugSessions(context, {
    engines: engines({ ...defaultEngineSettings, ...deps.debuggers }, helpers),
    scope: helpers,
    tell: message => socket?.broadcast({ type: 'debug', ...message }),
  })
  const reconciler = new Reconciler(context, jobs, debugging)
  const keeper = new SessionKeeper(context, { stopwatch, retainMs: deps.sessions?.retainMs ?? 0 })
  // In this order at the end: no new work, then the work under way gives up, then the leases, the socket and git.
  started.use(jobs)
  started.defer(() => {
    // Jobs first: that a fetch is cut short now is no failure of the session that waits for it.
    jobs.close()
    stopping.abort(new Error('the runner is stopping'))
  })
  loop = started.use(
    new WakeLoop(
      async () => {
        if (lease.held()) await keeper.look()
        await reconciler.pass()
      },
      idleMs,
      error => report(log, error, {}, 'looking at the store failed'),
    ),
  )
  void removeDiscarded(context, stopping.signal)
  return started.move()
}

function report(log: Logger, error: unknown, about: object, message: string): void {
  if (error instanceof StoreBusyError || error instanceof LeaseLostError)
    log.warn({ ...about, reason: error.message }, message)
  else log.error({ ...about, err: error }, message)
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'nobody') // a user that the system has no entry for, as in containers
  }
}
