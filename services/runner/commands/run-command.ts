import { isAlive, type ProcessIdentity } from '../../../lib/processes/identity.ts'
import { processAge } from '../../../lib/processes/process-age.ts'
import type { SessionId } from '../../contract/ids.ts'
import type { KeptFiles } from '../../store/artifacts.ts'
import { limitsOf } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { collectArtifacts } from '../artifacts/collect-artifacts.ts'
import type { RunnerContext } from '../context.ts'
import type { CommandGroup } from '../limits/cgroups/command-group.ts'
import { groupOf, readyGroup } from '../limits/cgroups/group-of.ts'
import { CommandMeter } from '../limits/command-meter.ts'
import type { StartedProcess } from '../spawning/started-process.ts'
import {
  type CommandOutcome,
  commandOutcome,
  type EndCause,
  mayTakeItsTime,
  type SeenEnd,
} from './command-outcome.ts'
import { CommandProcesses, type Started } from './command-processes.ts'
import type { Debuggee, Replacement } from './debuggee.ts'
import { explainedOutcome } from './explained-outcome.ts'
import { launchCommand } from './launch-command.ts'
import { recordEnd } from './record-end.ts'
import { watchCommand } from './watch-command.ts'
import {
  codeOfUnrecorded,
  forbidProcessFile,
  goneWrapper,
  readExitFile,
  readProcessFile,
  untilProcessFile,
} from './wrapper-files.ts'

/**
 * One command that the store says is running, from its start or from where an earlier runner left it, until its end is
 * recorded:
 *
 *     no process file → launched ─┐      (a debuggee: once its debugger is ready)
 *     process file ───────────────┴→ watched → leftovers ended → artifacts kept → recorded
 *
 * Every step can be repeated by a successor: a wrapper that finds the process file leaves (see command-wrapper.sh), and
 * the exit file stays.
 */
export class CommandRun {
  readonly #context: RunnerContext
  readonly session: SessionId
  /** As it was taken, from when it is run. */
  #row!: CommandRow
  readonly #debuggee: Debuggee | undefined
  readonly #preparing = new AbortController()
  #processes: CommandProcesses | undefined
  #meter: CommandMeter | undefined
  #group: CommandGroup | undefined
  #cause: EndCause | undefined
  #mayEnd = () => false
  #ending: Promise<void> | undefined

  /** `debuggee`: its debugger, where it is run under one, or what looks after it as an app. */
  constructor(context: RunnerContext, session: SessionId, debuggee?: Debuggee) {
    this.#context = context
    this.session = session
    this.#debuggee = debuggee
  }

  /** A debuggee takes no slot: one that is stopped must not hold up others; nor does an app, which runs on. */
  get takesSlot(): boolean {
    return this.#debuggee === undefined
  }

  get #processFile(): string {
    const { session_id, id, attempts } = this.#row
    return this.#context.files.process(session_id, id, attempts)
  }

  get #exitFile(): string {
    const { session_id, id, attempts } = this.#row
    return this.#context.files.exitStatus(session_id, id, attempts)
  }

  /** Has everything of it ended; `run` then records why. Later causes change nothing. */
  end(cause: EndCause): void {
    this.#cause ??= cause
    this.#preparing.abort()
    if (this.#processes !== undefined) this.#ending ??= this.#endProcesses(this.#processes)
  }

  /** From `row`, which is running, until its end is recorded. Rejects with the signal's reason when that aborts: the command goes on. */
  async run(row: CommandRow, signal: AbortSignal): Promise<void> {
    this.#row = row
    this.#group = groupOf(this.#context, row)
    const { lease } = this.#context
    // Whoever takes it up where it is given up here ends it anew.
    this.#mayEnd = () => lease.held() && !signal.aborted
    const { id } = row
    let wrapper: Started | undefined = readProcessFile(this.#processFile)
    let ended: StartedProcess['ended'] | undefined
    let replacement: Replacement | undefined
    // Gone at the end of this block: what is left of it to do is awaited here.
    await using debuggee = this.#debuggee
    using _timeout = this.#limitTime(row, wrapper)
    if (wrapper === undefined) {
      replacement = await this.#prepare(row, signal)
      if (this.#cause !== undefined) {
        // A wrapper that an earlier runner has started, or is about to start, must not run it any more; one that was
        // quicker is ended as any other.
        if (await forbidProcessFile(this.#processFile))
          return await this.#record(commandOutcome({ kind: 'gone' }, this.#cause))
        wrapper = await untilProcessFile(this.#processFile, signal)
        if (wrapper === undefined) return await this.#record(commandOutcome({ kind: 'gone' }, this.#cause))
      }
    }
    if (wrapper === undefined) {
      lease.require()
      this.#group = await readyGroup(this.#context, row)
      const launched = await launchCommand(this.#context, row, { replacement, group: this.#group })
      if (!launched.launched) {
        // It may have been started before, and have taken away what told of it.
        const mayEnd = () => lease.held()
        await new CommandProcesses(id, goneWrapper, mayEnd).endLeftovers(this.#context.graceMs)
        await this.#group?.kill(mayEnd)
        return await this.#record({ status: 'failed', exit_code: null, failure: launched.failure })
      }
      ;({ wrapper, ended } = launched)
      debuggee?.launched()
    } else await this.#endUnheld()
    let seen = await this.#untilGone(wrapper, ended, signal)
    const code = await Promise.race([ended, null])
    if (code === codeOfUnrecorded) return await this.#record(unrecorded)
    // It leaves with 0 once it has recorded an end.
    if (ended !== undefined && (seen.kind === 'gone' || code !== 0)) {
      // Where a wrapper that an earlier runner had just started was quicker, or one of whose start nobody has told, that one
      // runs the command, or did. To be known before anything is ended: its processes bear the same mark; and before it is
      // said that nobody is left, for what it has started may be older.
      const first = await untilProcessFile(this.#processFile, signal)
      if (first !== undefined && first.pid !== wrapper.pid) {
        await this.#endUnheld()
        seen = await this.#untilGone(first, undefined, signal)
      }
    }
    const outcome = await this.#outcome(seen, signal)
    await this.#record(outcome, () => collectArtifacts(this.#context, row, signal))
  }

  /** What its debugger wants to be launched. Undefined without one, and where it was ended meanwhile. */
  async #prepare(row: CommandRow, signal: AbortSignal): Promise<Replacement | undefined> {
    if (this.#debuggee === undefined || this.#cause !== undefined) return undefined
    const either = AbortSignal.any([signal, this.#preparing.signal])
    try {
      return await this.#debuggee.prepare(row, cause => this.end(cause), either)
    } catch (error) {
      signal.throwIfAborted()
      if (this.#cause === undefined) throw error
      return undefined
    }
  }

  /**
   * A debuggee that somebody else has launched: its debugger is gone, and it may stand still for ever; an app is taken up. Unless it had
   * ended before by itself, which what is killed with its debugger has not.
   */
  async #endUnheld(): Promise<void> {
    if (this.#debuggee === undefined) return
    if (this.#debuggee.adopt !== undefined) return this.#debuggee.adopt(this.#row, cause => this.end(cause))
    const code = readExitFile(this.#exitFile)
    if (code === undefined || code === codeOfKilled) this.end({ reason: 'debugger_lost' })
  }

  async #untilGone(
    wrapper: Started,
    ended: Promise<unknown> | undefined,
    signal: AbortSignal,
  ): Promise<SeenEnd> {
    const { sandbox } = this.#context.isolation
    const processes = new CommandProcesses(this.#row.id, wrapper, this.#mayEnd, {
      sandbox: sandbox.kind === 'bubblewrap' ? sandbox.program : undefined,
      terminal: this.#row.terminal_columns !== null,
    })
    this.#processes = processes
    // It may have been wanted before there was anything to end.
    if (this.#cause !== undefined) this.#ending = this.#endProcesses(processes)
    using _metered = this.#metered(processes, wrapper)
    try {
      return await watchCommand(wrapper, this.#exitFile, ended, signal)
    } finally {
      await this.#ending
      this.#ending = undefined
    }
  }

  #metered(processes: CommandProcesses, wrapper: ProcessIdentity): Disposable {
    const { files, sampler } = this.#context
    const { session_id, id } = this.#row
    const logs = [files.log(session_id, id, 'stdout'), files.log(session_id, id, 'stderr')]
    const limits = limitsOf(this.#row)
    const group = this.#group
    const meter = new CommandMeter({ processes, wrapper, limits, logs, group }, cause => this.end(cause))
    this.#meter = meter
    return sampler.watch(view => meter.look(view))
  }

  async #outcome(seen: SeenEnd, signal: AbortSignal): Promise<CommandOutcome> {
    const { graceMs, log } = this.#context
    if (this.#cause === undefined && seen.kind === 'exited' && seen.code === codeOfKilled)
      await this.#debuggee?.killed()
    // What it left behind ends before its end is told, so that the sizes of its logs are final.
    const left = [await this.#processes?.endLeftovers(graceMs), await this.#group?.kill(this.#mayEnd)]
    signal.throwIfAborted()
    for (const one of left)
      if (one !== undefined && one.remaining.length > 0)
        log.warn({ command: this.#row.id, ...one }, 'processes of a command cannot be ended')
    return await explainedOutcome(this.#context, this.#row, commandOutcome(seen, this.#cause))
  }

  async #endProcesses(processes: CommandProcesses): Promise<void> {
    try {
      const hurry = this.#cause !== undefined && !mayTakeItsTime(this.#cause)
      if (hurry) await this.#group?.kill(this.#mayEnd)
      else await this.#debuggee?.leave()
      await processes.end(hurry ? 0 : this.#context.graceMs)
    } catch (error) {
      this.#context.log.error({ err: error, command: this.#row.id }, 'ending a command failed')
    }
  }

  async #record(outcome: CommandOutcome, keep?: () => Promise<KeptFiles | undefined>): Promise<void> {
    await this.#debuggee?.ended()
    if (await recordEnd(this.#context, this.#row, outcome, this.#meter, keep)) {
      await this.#debuggee?.recorded()
      // After what it tells is kept: a runner that is killed before leaves it to the next.
      await this.#group?.remove()
    } else this.#context.lease.doubt()
  }

  /**
   * Ends it when its time is up: counted from now where it is to be launched, otherwise from when its wrapper began, whoever
   * started that. One that has ended already has taken no more than it had.
   */
  #limitTime(
    { timeout_seconds: seconds, started_at }: CommandRow,
    wrapper: ProcessIdentity | undefined,
  ): Disposable {
    if (seconds === null || (wrapper !== undefined && !isAlive(wrapper)))
      return { [Symbol.dispose]: () => undefined }
    const byClock = () => (started_at === null ? 0 : this.#context.clock.now() - Date.parse(started_at))
    const taken = wrapper === undefined ? 0 : (processAge(wrapper) ?? byClock())
    const left = seconds * 1_000 - taken
    const timer = setTimeout(() => this.end({ reason: 'timed_out', seconds }), Math.max(0, left))
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  }
}

/** It was not begun: nobody would have known what became of it. */
const unrecorded: CommandOutcome = {
  status: 'failed',
  exit_code: null,
  failure: { reason: 'spawn_failed', message: 'its end could not have been recorded: ENOSPC' },
}

/** What a shell makes of SIGKILL. */
const codeOfKilled = 137
