import { toInstant } from '../../lib/clock.ts'
import { attributesOf, withSubject } from '../../lib/subject.ts'
import { type SpanOptions, withSpan } from '../../lib/trace.ts'
import type { CommandId, SessionId } from '../contract/ids.ts'
import type { SessionStatus } from '../contract/session-state.ts'
import { readyCommands } from '../store/command-queue.ts'
import { runningCommands, startCommands } from '../store/commands.ts'
import { liveDebugSessions, type QueuedDebugSession, readyDebuggees } from '../store/debug-sessions.ts'
import { readyBuilds } from '../store/environments.ts'
import type { SessionJoined } from '../store/rows.ts'
import { adoptCommands, takeSession } from '../store/runners.ts'
import type { CommandRow } from '../store/schema.ts'
import { readyApps } from '../store/session-apps.ts'
import { getSession, sessionsToRemove, unsettledSessions } from '../store/sessions.ts'
import { traceOf } from '../store/trace-column.ts'
import type { Apps } from './apps/apps.ts'
import { chooseCommands } from './commands/choose-commands.ts'
import type { EndCause } from './commands/command-outcome.ts'
import type { Debuggee } from './commands/debuggee.ts'
import { CommandRun } from './commands/run-command.ts'
import type { RunnerContext } from './context.ts'
import type { DebuggeeHold } from './debug/debuggee-hold.ts'
import type { LiveDebugSessions } from './debug/live-debug-sessions.ts'
import { keepRepositories } from './keep-repositories.ts'
import type { KeyedJobs } from './keyed-jobs.ts'
import { removeEndedSession } from './sessions/remove-session.ts'
import { resumeSession } from './sessions/resume-session.ts'
import { startSession } from './sessions/start-session.ts'
import { stopSession } from './sessions/stop-session.ts'

/** What runs one command, from when it is this runner's until its end is recorded. */
export type Run = Pick<CommandRun, 'session' | 'takesSlot' | 'run' | 'end'>
export type MakeRun = (...of: ConstructorParameters<typeof CommandRun>) => Run

export type Reconciling = {
  readonly jobs: KeyedJobs
  readonly debugging: LiveDebugSessions
  readonly hold: DebuggeeHold
  readonly apps: Pick<Apps, 'host'>
}

/**
 * Compares what the store asks for with what is being done, and starts what is missing. One pass only reads and starts
 * jobs; it waits for none of them. All that it needs to remember stands in the store, so the first pass of a successor
 * is like any other: commands that still run are taken up, sessions that were starting are begun anew. What another
 * runner has leased is left alone.
 */
export class Reconciler {
  readonly #context: RunnerContext
  readonly #jobs: KeyedJobs
  readonly #debugging: LiveDebugSessions
  readonly #hold: DebuggeeHold
  readonly #apps: Pick<Apps, 'host'>
  readonly #runs = new Map<CommandId, Run>()
  readonly #makeRun: MakeRun

  constructor(
    context: RunnerContext,
    { jobs, debugging, hold, apps }: Reconciling,
    makeRun: MakeRun = (...of) => new CommandRun(...of),
  ) {
    this.#makeRun = makeRun
    this.#context = context
    this.#jobs = jobs
    this.#debugging = debugging
    this.#hold = hold
    this.#apps = apps
  }

  async pass(): Promise<void> {
    // Sessions are read before commands: whatever was started in one that is stopping is then seen as running.
    const sessions = await unsettledSessions(this.#context.store)
    const free = ({ runner_token }: SessionJoined) =>
      runner_token === null || runner_token === this.#context.lease.token
    const stopping = sessions.filter(session => session.status === 'stopping')
    await this.#commands(stopping)
    for (const session of sessions.filter(free)) if (session.status !== 'stopping') this.#start(session)
    for (const session of (await sessionsToRemove(this.#context.store)).filter(free))
      this.#withLease(session, ['stopped', 'failed'], 'remove', current =>
        removeEndedSession(this.#context, current),
      )
    await keepRepositories(this.#context, this.#jobs)
  }

  async #commands(stopping: readonly SessionJoined[]): Promise<void> {
    const { store, slots, lease } = this.#context
    let running = await runningCommands(store)
    if (running.some(row => row.runner_token === null)) {
      await adoptCommands(store, lease.token)
      running = await runningCommands(store)
    }
    const unknown = running.filter(row => row.runner_token === lease.token && !this.#runs.has(row.id))
    // Read after the commands: a debuggee and its debug session come into the store together.
    const debugged = unknown.length === 0 ? noDebuggees : await this.#debuggees()
    for (const row of unknown) this.#take(row, this.#companion(row, debugged), async () => row)
    for (const row of running)
      if (row.cancel_requested === 1) this.#runs.get(row.id)?.end({ reason: 'cancelled_by_client' })
    for (const session of stopping) this.#stop(session, running)

    await this.#startDebuggees()
    await this.#startApps()
    const busy = [...this.#runs.values()].filter(run => run.takesSlot).map(run => run.session)
    let free = slots - busy.length
    if (free <= 0) return
    // Before all else: whole sessions wait for them.
    const builds = (await readyBuilds(store, free)).filter(row => !this.#runs.has(row.id))
    for (const [row, claim] of this.#claims(builds)) this.#take(row, undefined, claim)
    free -= builds.length
    const load = Map.groupBy(busy, session => session)
    const loadOf = (session: SessionId) => load.get(session)?.length ?? 0
    // More than are free: those that this runner has begun to take are queued still.
    const ready = (await readyCommands(store, slots, loadOf)).filter(row => !this.#runs.has(row.id))
    const chosen = chooseCommands(ready, busy, free)
    for (const [row, claim] of this.#claims(chosen)) this.#take(row, undefined, claim)
  }

  /** They take no slot: a debuggee that is stopped must hold up no command. The store bounds their number. */
  async #startDebuggees(): Promise<void> {
    if (this.#hold.isOn) return
    const ready = (await readyDebuggees(this.#context.store)).filter(row => !this.#runs.has(row.id))
    const debugged = ready.length === 0 ? noDebuggees : await this.#debuggees()
    for (const [row, claim] of this.#claims(ready))
      this.#take(row, this.#debuggee(row.id, debugged), () => this.#hold.unlessHeld(claim))
  }

  /** They take no slot either: they run on as long as somebody uses them. */
  async #startApps(): Promise<void> {
    const ready = (await readyApps(this.#context.store)).filter(row => !this.#runs.has(row.id))
    for (const [row, claim] of this.#claims(ready)) this.#take(row, this.#apps.host(row), claim)
  }

  /** What a command is run with that runs already. */
  #companion(row: CommandRow, debugged: Debugged): Debuggee | undefined {
    return row.app === null ? this.#debuggee(row.id, debugged) : this.#apps.host(row)
  }

  #debuggee(id: CommandId, debugged: Debugged): Debuggee | undefined {
    const debug = debugged.get(id)
    return debug && this.#debugging.debuggee(debug)
  }

  async #debuggees(): Promise<Debugged> {
    const rows = await liveDebugSessions(this.#context.store)
    return new Map(rows.map(row => [row.command_id, row]))
  }

  /** Runs a command, once `claim` has made it this runner's. */
  #take(row: Waiting, debuggee: Debuggee | undefined, claim: () => Promise<CommandRow | undefined>): void {
    const run = this.#makeRun(this.#context, row.session_id, debuggee)
    const began = this.#jobs.start(`command ${row.id}`, async signal => {
      try {
        const claimed = await claim()
        const subject = { session: row.session_id, command: row.id }
        if (claimed !== undefined)
          await withSubject(subject, () =>
            withSpan('command', commandSpan(claimed), () => run.run(claimed, signal)),
          )
      } finally {
        this.#runs.delete(row.id)
      }
    })
    if (began) this.#runs.set(row.id, run)
  }

  /**
   * How each of them is made this runner's: those whose jobs begin together, in one transaction. One whose job does not
   * begin, because it has just failed, is not claimed.
   */
  #claims(rows: readonly Waiting[]): (readonly [Waiting, () => Promise<CommandRow | undefined>])[] {
    const wanted: CommandId[] = []
    let claimed: Promise<Claimed> | undefined
    return rows.map(row => [
      row,
      async () => {
        wanted.push(row.id)
        // Jobs that are started in one go begin in one go, before this goes on.
        claimed ??= Promise.resolve().then(() => this.#claim(wanted))
        return (await claimed).get(row.id)
      },
    ])
  }

  async #claim(ids: readonly CommandId[]): Promise<Claimed> {
    const { store, clock, lease, changed, metrics, cgroups } = this.#context
    const { token } = lease
    const enforcement = cgroups.kind === 'none' ? 'sampled' : 'cgroup'
    const at = clock.now()
    const claimed = await startCommands(store, ids, toInstant(at), token, enforcement)
    for (const id of ids) {
      const row = claimed.get(id)
      metrics.claimed(row && at - Date.parse(row.created_at))
      if (row !== undefined) changed({ session: row.session_id, command: id })
    }
    return claimed
  }

  #start(session: SessionJoined): void {
    this.#withLease(session, ['pending', 'starting'], 'start', (current, signal) =>
      // One that has been stopped is resumed: what it has left must not be begun anew.
      current.started_at === null
        ? startSession(this.#context, current, signal)
        : resumeSession(this.#context, current, signal),
    )
  }

  #stop(session: SessionJoined, running: readonly CommandRow[]): void {
    const key = sessionKey(session.id)
    const cause: EndCause = { reason: 'session_stopped' }
    for (const run of this.#runs.values()) if (run.session === session.id) run.end(cause)
    // Its start gives up first; its end wakes the loop, and this comes again.
    if (this.#jobs.has(key)) this.#jobs.abort(key)
    else if (running.every(row => row.session_id !== session.id))
      this.#withLease(session, ['stopping'], 'stop', current => stopSession(this.#context, current))
  }

  /**
   * Works on a session in one of these states, unless another runner does. It gets the row as it is with the lease: what
   * was read before may be what another runner has left behind since.
   */
  #withLease(
    { id }: SessionJoined,
    statuses: SessionStatus[],
    what: 'start' | 'stop' | 'remove',
    work: (session: SessionJoined, signal: AbortSignal) => Promise<void>,
  ): void {
    const { store, lease } = this.#context
    this.#jobs.start(sessionKey(id), async signal => {
      if (!(await takeSession(store, id, lease.token, ...statuses))) return
      const current = await getSession(store, id)
      if (current !== undefined)
        await withSubject({ session: id }, () =>
          withSpan(`session ${what}`, sessionSpan(current, what), () => work(current, signal)),
        )
    })
  }
}

/** A command that is to be taken, or is running already. */
type Waiting = Pick<CommandRow, 'id' | 'session_id'>

type Claimed = ReadonlyMap<CommandId, CommandRow>

/** Debug sessions by the commands that they debug. */
type Debugged = ReadonlyMap<CommandId, QueuedDebugSession>

const noDebuggees: Debugged = new Map()

/** From when it was taken, even where a runner that is gone has taken it. */
const commandSpan = (row: CommandRow): SpanOptions => ({
  kind: 'consumer',
  from: traceOf(row),
  startTime: row.started_at === null ? undefined : Date.parse(row.started_at),
  attributes: () => attributesOf({ session: row.session_id, command: row.id }),
})

/** Its start belongs to the request that created it; what is done later, to none. */
const sessionSpan = (row: SessionJoined, what: 'start' | 'stop' | 'remove'): SpanOptions => ({
  kind: 'consumer',
  from: what === 'start' && row.started_at === null ? traceOf(row) : undefined,
  attributes: () => attributesOf({ session: row.id }),
})

const sessionKey = (id: SessionId) => `session ${id}`
