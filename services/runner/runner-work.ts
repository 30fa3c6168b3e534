import { join } from 'node:path'
import type { Stopwatch } from '../../lib/clock.ts'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { sharedRun } from '../../lib/shared-run.ts'
import { newsOf } from '../contract/debug-news.ts'
import type { SessionProcess } from '../contract/debug-process.ts'
import type { DebugSessionId, SessionId } from '../contract/ids.ts'
import type { Ask, FromRunner, LiveAnswer, Survey } from '../contract/runner-messages.ts'
import { sweepAppPlaces } from './apps/app-place.ts'
import { Apps } from './apps/apps.ts'
import { obtainOpencode } from './apps/obtain-opencode.ts'
import { defaultArtifactLimits } from './artifacts/limits.ts'
import { retainArtifacts } from './artifacts/retain-artifacts.ts'
import type { RunnerContext } from './context.ts'
import { tellProcesses } from './debug/attach/tell-processes.ts'
import type { ConnectedViewers } from './debug/control/connected-viewers.ts'
import type { DebuggeeHold } from './debug/debuggee-hold.ts'
import { defaultEngineSettings, engines } from './debug/engines.ts'
import type { LiveDebugSession } from './debug/live-debug-session.ts'
import { LiveDebugSessions } from './debug/live-debug-sessions.ts'
import { sweepMeetings } from './debug/meeting-place.ts'
import { defaultRecordBytes } from './debug/record/record-of.ts'
import { defaultEnvironmentSettings } from './environments/environment-settings.ts'
import { ToolFinder } from './environments/find-tools.ts'
import { keepEnvironments } from './environments/keep-environments.ts'
import { credentialSettings, noCredentials, withoutTokens } from './git/credentials.ts'
import { Git } from './git/git.ts'
import { Mirrors } from './git/mirrors.ts'
import { KeyedJobs } from './keyed-jobs.ts'
import type { Registration } from './leases/lease.ts'
import { sharedHold } from './leases/shared-hold.ts'
import { withRepository } from './leases/with-repository.ts'
import type { Cgroups } from './limits/cgroups/find-cgroups.ts'
import { sweepGroups } from './limits/cgroups/sweep-groups.ts'
import { Sampler } from './limits/sampler.ts'
import { keepLogs } from './logs/keep-logs.ts'
import { defaultLogLimits } from './logs/limits.ts'
import type { RunnerMetrics } from './metrics.ts'
import { PeriodicJob } from './periodic-job.ts'
import { Reconciler } from './reconcile.ts'
import type { RunnerDependencies } from './runner-dependencies.ts'
import type { RunnerIsolation } from './sandbox/sandbox.ts'
import { cautiousClock } from './sessions/cautious-clock.ts'
import { SessionKeeper } from './sessions/session-keeper.ts'
import type { Spawner } from './spawning/spawner.ts'
import { keepSubmodules } from './submodules/keep-submodules.ts'
import { survey } from './survey.ts'
import { Tunnels } from './tunnels/tunnels.ts'
import { WorktreeKeeper } from './worktrees/worktree-keeper.ts'

/** Where the apps of this project lie; sandboxes show it. */
export const appPrograms = join(import.meta.dirname, 'apps/programs')

/** What outlasts a registration: the socket, the loop, the figures, and who reports. */
export type Surroundings = {
  readonly metrics: RunnerMetrics
  readonly stopwatch: Stopwatch
  readonly user: string
  readonly isolation: RunnerIsolation
  readonly cgroups: Cgroups
  readonly spawner: Spawner
  readonly viewers: ConnectedViewers
  readonly hold: DebuggeeHold
  readonly say: (message: FromRunner) => void
  readonly wake: () => void
  readonly failed: (error: unknown, about: object, message: string) => void
}

/**
 * All that a runner does and holds under one registration. It is made anew for each: nothing of it, no job, no fetch, no
 * helper, no mark, is there any more once it has been disposed of.
 */
export class RunnerWork implements AsyncDisposable {
  readonly #lease: Registration
  readonly #jobs: KeyedJobs
  readonly #keeper: SessionKeeper
  readonly #upkeep: readonly PeriodicJob[]
  readonly #worktrees: WorktreeKeeper
  readonly #apps: Apps
  readonly #reconciler: Reconciler
  readonly #debugging: LiveDebugSessions
  readonly #survey: () => Promise<Survey>
  readonly #processes: (session: SessionId) => Promise<SessionProcess[]>
  readonly #tunnels: Tunnels
  readonly #end: () => Promise<void>

  constructor(deps: RunnerDependencies, lease: Registration, around: Surroundings) {
    const { store, files, clock, log, slots, graceMs, path, inherit = {} } = deps
    const { metrics, stopwatch, user, isolation, cgroups, spawner } = around
    const credentials = deps.git?.credentials ?? noCredentials
    const ending = new AbortController()
    // Owns every helper that is started here, never a command: whoever finds this runner gone ends them by its mark.
    const helpers = new ProcessScope({ graceMs: 1_000, id: lease.processScope })
    const git = new Git(
      {
        path,
        inherit: { ...inherit, ...deps.git?.environment },
        configuration: [...credentialSettings(credentials), ...(deps.git?.configuration ?? [])],
        mask: text => withoutTokens(text, credentials),
      },
      () => lease.require(),
      helpers,
      { start: spawner.startOnce, scratch: files.discarded },
    )
    const limits = { silenceMs: 30_000, totalMs: 1_800_000, ...deps.git?.limits }
    const mirrors = new Mirrors({
      ...{ git, limits, log, privateRoot: files.root, ending: ending.signal, now: () => clock.now() },
      exclusively: sharedHold((id, work) => withRepository({ store, lease }, id, ending.signal, work)),
    })
    const context: RunnerContext = {
      ...{ store, files, clock, log, metrics, lease, git, mirrors, isolation, cgroups, spawner },
      ...{ slots, graceMs, path, inherit, user },
      artifacts: { ...defaultArtifactLimits, ...deps.artifacts },
      logs: { ...defaultLogLimits, ...deps.logs },
      recordBytes: deps.recordBytes ?? defaultRecordBytes,
      environments: { ...defaultEnvironmentSettings, ...deps.environments },
      helpers,
      tools: new ToolFinder(helpers, files.toolHome),
      worktrees: deps.worktrees ?? { keep: 0, totalBytes: 0 },
      fetchEveryMs: deps.fetchEveryMs ?? 0,
      submoduleSchemes: deps.git?.openSchemes ?? [],
      sampler: new Sampler(error => around.failed(error, {}, 'looking at what commands use failed')),
      changed: change => around.say({ type: 'changed', ...change }),
    }
    const jobs = new KeyedJobs((key, error) => {
      if (error !== undefined) around.failed(error, { job: key }, 'a job failed')
      around.wake()
    })
    const debuggers = engines({ ...defaultEngineSettings, ...deps.debuggers }, helpers)
    const apps: Apps = new Apps(context, {
      declared: deps.apps ?? new Map(),
      toPort: (...of) => tunnels.toPort(...of),
      programs: appPrograms,
      compiledCode: deps.compiledCode,
      opencode: sharedRun(() =>
        obtainOpencode({
          directory: files.opencode,
          scope: helpers,
          environment: deps.npm ?? { PATH: path },
          isolation,
        }),
      ),
      wake: around.wake,
    })
    const tunnels = new Tunnels(context, (...of) => apps.connect(...of))
    this.#tunnels = tunnels
    this.#survey = sharedRun(() => survey(context, debuggers))
    this.#processes = session => tellProcesses(context, session)
    this.#debugging = new LiveDebugSessions(context, {
      engines: debuggers,
      scope: helpers,
      viewers: around.viewers,
      tell: event => around.say({ type: 'debug', ...newsOf(event) }),
    })
    this.#lease = lease
    this.#jobs = jobs
    this.#keeper = new SessionKeeper(context, { stopwatch, retainMs: deps.sessions?.retainMs ?? 0 })
    const cautious = cautiousClock(clock, stopwatch)
    const upkeep = (key: string, pauseMs: number, work: (signal: AbortSignal) => Promise<void>) =>
      new PeriodicJob(jobs, stopwatch, { key, pauseMs, work })
    this.#upkeep = [
      upkeep('artifacts', 600_000, signal => retainArtifacts(context, cautious, signal)),
      upkeep('logs', 60_000, signal => keepLogs(context, cautious, signal)),
      upkeep('control groups', 600_000, () => sweepGroups(context)),
      upkeep('debug sessions', 600_000, () => sweepMeetings(context)),
      upkeep('apps', 600_000, () => sweepAppPlaces(context)),
      upkeep('submodules', 600_000, signal => keepSubmodules(context, cautious, signal)),
      upkeep('environments', 5_000, signal => keepEnvironments(context, signal)),
    ]
    this.#worktrees = new WorktreeKeeper(context, jobs)
    this.#apps = apps
    this.#reconciler = new Reconciler(context, { jobs, debugging: this.#debugging, hold: around.hold, apps })
    this.#end = async () => {
      // Jobs first: that a fetch is cut short now is no failure of the session that waits for it.
      jobs.close()
      ending.abort(new Error('the runner gives up its work'))
      await jobs[Symbol.asyncDispose]()
      // At the end of a server nobody comes who would do it later.
      await sweepGroups(context).catch(error => around.failed(error, {}, 'sweeping control groups failed'))
      await mirrors.settled()
      await git[Symbol.asyncDispose]()
      await helpers.end()
    }
  }

  /** How many jobs run. */
  get jobs(): number {
    return this.#jobs.size
  }

  /** How many apps of sessions live here. */
  get apps(): number {
    return this.#apps.size
  }

  async pass(): Promise<void> {
    // The next one comes soon.
    if (!this.#lease.inTime()) return
    await this.#keeper.look()
    for (const job of this.#upkeep) job.look()
    await this.#worktrees.look()
    if (this.#lease.inTime()) await this.#reconciler.pass()
  }

  answer(ask: Ask): Promise<LiveAnswer> {
    return this.#debugging.answer(ask)
  }

  /** The debugger of a debug session, once it is there; throws a Refusal where that takes too long, or it has ended. */
  whenLive(debug: DebugSessionId, patienceMs: number): Promise<LiveDebugSession> {
    return this.#debugging.whenLive(debug, patienceMs)
  }

  /** Joins a connection with a port or a socket of a session. */
  tunnel(...asked: Parameters<Tunnels['join']>): Promise<LiveAnswer | undefined> {
    return this.#tunnels.join(...asked)
  }

  /** What its host has of what sessions may ask for. */
  async survey(): Promise<LiveAnswer> {
    return { ok: true, value: await this.#survey() }
  }

  /** Which processes of a session run, for a debugger to be attached to. */
  async processes(session: SessionId): Promise<LiveAnswer> {
    return { ok: true, value: await this.#processes(session) }
  }

  /** Gives everything up; can be called again. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#end()
  }
}
