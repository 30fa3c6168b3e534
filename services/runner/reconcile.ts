import { toInstant } from '../../lib/clock.ts'
import type { CommandId, SessionId } from '../contract/ids.ts'
import { commandsIn, readyCommands, startCommand } from '../store/commands.ts'
import { pendingRepositories } from '../store/repositories.ts'
import type { SessionJoined } from '../store/rows.ts'
import type { CommandRow } from '../store/schema.ts'
import { sessionsIn, sessionsToRemove } from '../store/sessions.ts'
import { chooseCommands } from './commands/choose-commands.ts'
import type { EndCause } from './commands/command-outcome.ts'
import { CommandRun } from './commands/run-command.ts'
import type { RunnerContext } from './context.ts'
import type { KeyedJobs } from './keyed-jobs.ts'
import { refreshRepository } from './refresh-repository.ts'
import { removeEndedSession } from './sessions/remove-session.ts'
import { startSession } from './sessions/start-session.ts'
import { stopSession } from './sessions/stop-session.ts'

/**
 * Compares what the store asks for with what is being done, and starts what is missing. One pass only reads and starts
 * jobs; it waits for none of them. All that it needs to remember stands in the store, so the first pass of a successor
 * is like any other: commands that still run are taken up, sessions that were starting are begun anew.
 */
export class Reconciler {
  readonly #context: RunnerContext
  readonly #jobs: KeyedJobs
  readonly #runs = new Map<CommandId, CommandRun>()

  constructor(context: RunnerContext, jobs: KeyedJobs) {
    this.#context = context
    this.#jobs = jobs
  }

  async pass(): Promise<void> {
    // Sessions are read before commands: whatever was started in one that is stopping is then seen as running.
    const sessions = await sessionsIn(this.#context.store, 'pending', 'starting', 'stopping')
    const stopping = sessions.filter(session => session.status === 'stopping')
    await this.#commands(stopping)
    for (const session of sessions) if (session.status !== 'stopping') this.#start(session)
    for (const session of await sessionsToRemove(this.#context.store))
      this.#jobs.start(sessionKey(session.id), () => removeEndedSession(this.#context, session))
    for (const repository of await pendingRepositories(this.#context.store))
      this.#jobs.start(`repository ${repository.id}`, async () => {
        await refreshRepository(this.#context, repository, Date.parse(repository.created_at))
      })
  }

  async #commands(stopping: readonly SessionJoined[]): Promise<void> {
    const { store, slots } = this.#context
    const running = await commandsIn(store, 'running')
    for (const row of running) if (!this.#runs.has(row.id)) this.#take(row, async () => row)
    for (const row of running)
      if (row.cancel_requested === 1) this.#runs.get(row.id)?.end({ reason: 'cancelled_by_client' })
    for (const session of stopping) this.#stop(session, running)

    const free = slots - this.#runs.size
    if (free <= 0) return
    const ready = (await readyCommands(store, slots)).filter(row => !this.#runs.has(row.id))
    const busy = [...this.#runs.values()].map(run => run.session)
    for (const row of chooseCommands(ready, busy, free)) this.#take(row, () => this.#claim(row))
  }

  /** Runs a command, once `claim` has made it this runner's. */
  #take(row: CommandRow, claim: () => Promise<CommandRow | undefined>): void {
    const run = new CommandRun(this.#context, row)
    const began = this.#jobs.start(`command ${row.id}`, async signal => {
      try {
        const claimed = await claim()
        if (claimed !== undefined) await run.run(claimed, signal)
      } finally {
        this.#runs.delete(row.id)
      }
    })
    if (began) this.#runs.set(row.id, run)
  }

  async #claim(row: CommandRow): Promise<CommandRow | undefined> {
    const { store, clock, changed } = this.#context
    const now = toInstant(clock.now())
    if (!(await startCommand(store, row.id, now))) return undefined
    changed({ session: row.session_id, command: row.id })
    return { ...row, status: 'running', started_at: now }
  }

  #start(session: SessionJoined): void {
    this.#jobs.start(sessionKey(session.id), signal => startSession(this.#context, session, signal))
  }

  #stop(session: SessionJoined, running: readonly CommandRow[]): void {
    const key = sessionKey(session.id)
    const cause: EndCause = { reason: 'session_stopped' }
    for (const run of this.#runs.values()) if (run.session === session.id) run.end(cause)
    // Its start gives up first; its end wakes the loop, and this comes again.
    if (this.#jobs.has(key)) this.#jobs.abort(key)
    else if (running.every(row => row.session_id !== session.id))
      this.#jobs.start(key, () => stopSession(this.#context, session))
  }
}

const sessionKey = (id: SessionId) => `session ${id}`
