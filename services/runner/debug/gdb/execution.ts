import { setTimeout as delay } from 'node:timers/promises'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'
import type { BreakpointTable } from './breakpoint-table.ts'
import type { Breakpoints } from './breakpoints.ts'
import { bkptAnswerSchema, type GdbStop, stoppedSchema } from './mi-answers.ts'
import { type MiClient, MiRefusal } from './mi-client.ts'
import type { MiTuple } from './mi-record.ts'
import { consoleCommand } from './mi-words.ts'
import { pauseSignal } from './signals.ts'
import { endOf, type ProgramEnd, stoppedBody } from './stops.ts'
import type { Variables } from './variables.ts'

/**
 *     unstarted → running ⇄ stopped(at)      (a process that gdb is attached to is stopped at first)
 *         └─────────┴─────────┴→ ended
 *
 * `seen`: what is looked at is no process, but what one has left: it stands, and cannot go on.
 */
type State = { kind: 'unstarted' | 'running' | 'ended' } | { kind: 'stopped' | 'seen'; at: GdbStop }

/** How long a signal may take to come to the program; after that gdb has kept it for itself. */
const lateMs = 300
/** A process that was killed is there until it has had a processor for its end, which may take its time on a busy machine. */
const mostLooks = 200
const lookMs = 25
/** How it ends: nothing else takes a process away from under its debugger. */
const killed: ProgramEnd = { exitCode: 137, signal: 'SIGKILL' }

export type ExecutionHandlers = {
  readonly event: (name: string, body: unknown) => void
  readonly ended: (end: ProgramEnd) => void
}

export type Step = 'next' | 'stepIn' | 'stepOut'
export type Granularity = 'statement' | 'line' | 'instruction'

/** How the program goes on and stops, and what of that is told. */
export class Execution {
  readonly #gdb: MiClient
  readonly #table: BreakpointTable
  readonly #breakpoints: Breakpoints
  readonly #variables: Variables
  readonly #handlers: ExecutionHandlers
  /** gdb's command that sends the process of this number the signal by which it is paused. */
  readonly #signal: (pid: number) => string
  #state: State = { kind: 'unstarted' }
  /** gdb's number of the breakpoint at which it is to stop first. */
  #entry: number | undefined
  #entering = false
  #last = '-exec-continue'
  /**
   * `asked`: it has been sent the signal by which it is paused. `late`: it had stopped by itself before that came, so that
   * the signal must not stop it again.
   */
  #pause: 'none' | 'asked' | 'late' = 'none'
  /** It stands at that signal, which is not its own affair. */
  #paused = false
  #pid: number | undefined
  #attaching: PromiseWithResolvers<void> | undefined
  #detaching: PromiseWithResolvers<void> | undefined
  /** Calls of functions of the program that are evaluated: they run it, of which nothing is told. */
  #calls = 0

  constructor(
    gdb: MiClient,
    parts: { table: BreakpointTable; breakpoints: Breakpoints; variables: Variables },
    handlers: ExecutionHandlers,
    signal: (pid: number) => string,
  ) {
    this.#gdb = gdb
    this.#signal = signal
    this.#table = parts.table
    this.#breakpoints = parts.breakpoints
    this.#variables = parts.variables
    this.#handlers = handlers
  }

  /** Where it stands; throws a MiRefusal where it does not. */
  get stop(): GdbStop {
    if ('at' in this.#state) return this.#state.at
    throw new MiRefusal(this.#state.kind === 'running' ? 'the program is running' : 'there is no program')
  }

  async run({ stopOnEntry }: { stopOnEntry: boolean }): Promise<void> {
    let command = '-exec-run'
    if (stopOnEntry) {
      const placed = await this.#gdb
        .ask('-break-insert -t --function main', bkptAnswerSchema)
        .catch(() => undefined)
      this.#entry = placed?.bkpt.number
      // Without a `main` that gdb knows: at the first instruction that there is.
      if (placed === undefined) command = consoleCommand('starti')
      this.#entering = placed === undefined
    }
    await this.#send(command)
  }

  /** gdb is about to attach to a process, which stops it. */
  attaching(): void {
    this.#attaching = Promise.withResolvers()
  }

  /** Resolves once that has stopped. */
  get standing(): Promise<void> | undefined {
    return this.#attaching?.promise
  }

  /** Everything has been told where to stop: that was no stop to anybody, or the first. */
  async attached({ stopOnEntry }: { stopOnEntry: boolean }): Promise<void> {
    this.#attaching = undefined
    if (stopOnEntry) this.#tell(this.stop, true)
    else await this.#goOn('-exec-continue')
  }

  /** Lets the process run on without gdb, and without the signal that has stopped it for that. */
  async detach(): Promise<void> {
    if (this.#state.kind === 'ended') return
    const standing = Promise.withResolvers<void>()
    this.#detaching = standing
    if (this.#state.kind === 'running' && this.#pid !== undefined) {
      await this.#gdb.tell(consoleCommand(this.#signal(this.#pid)))
      await standing.promise
    }
    const stop = 'at' in this.#state ? this.#state.at : undefined
    if (this.#paused || stop?.['signal-name'] === pauseSignal)
      this.#gdb.tell(consoleCommand('queue-signal 0')).catch(() => undefined)
    await this.#gdb.tell('-target-detach')
  }

  /** It is what a process has left. */
  seen(at: GdbStop): void {
    this.#state = { kind: 'seen', at }
    this.#tell(at, false)
  }

  continue(): Promise<void> {
    return this.#goOn('-exec-continue')
  }

  async step(step: Step, thread: number, granularity: Granularity): Promise<void> {
    const of = granularity === 'instruction' && step !== 'stepOut' ? '-instruction' : ''
    const command = `-exec-${{ next: 'next', stepIn: 'step', stepOut: 'finish' }[step]}${of} --thread ${thread}`
    try {
      await this.#goOn(step === 'stepOut' ? `${command} --frame 0` : command)
    } catch (error) {
      const outermost = error instanceof MiRefusal && error.message.includes('outermost frame')
      if (!outermost) throw error
      await this.#goOn('-exec-continue')
    }
  }

  /** By a signal that no program can block, ignore or wait for, as it can that of gdb's own interruption. */
  async pause(): Promise<void> {
    if (this.#state.kind === 'stopped' || this.#pause === 'asked') return
    if (this.#state.kind !== 'running' || this.#pid === undefined)
      throw new MiRefusal('there is no program that runs')
    const isUnderWay = this.#pause === 'late'
    this.#pause = 'asked'
    // One that is still to come does for this one, too; of two the second would come to the program.
    if (isUnderWay) setTimeout(() => void this.#sendSignal().catch(() => undefined), lateMs).unref()
    else await this.#sendSignal()
  }

  async #sendSignal(): Promise<void> {
    if (this.#pause !== 'asked' || this.#pid === undefined) return
    await this.#gdb.tell(consoleCommand(this.#signal(this.#pid))).catch(error => {
      this.#pause = 'none'
      throw error
    })
  }

  /** Evaluates what may call functions of the program, with no breakpoint in the way. */
  async calling<Result>(work: () => Promise<Result>): Promise<Result> {
    const enabled = this.#breakpoints.enabled.join(' ')
    this.#calls += 1
    try {
      if (enabled !== '') this.#gdb.tell(`-break-disable ${enabled}`).catch(() => undefined)
      const done = work()
      if (enabled !== '') this.#gdb.tell(`-break-enable ${enabled}`).catch(() => undefined)
      return await done
    } finally {
      this.#calls -= 1
    }
  }

  /** The process of the program. */
  started(pid: number): void {
    this.#pid = pid
  }

  /** gdb's `*stopped`. Throws where it cannot be read. */
  heard(results: MiTuple): void {
    const stop = compiledSchema(stoppedSchema).parse(results)
    if (this.#state.kind === 'ended') return
    const end = endOf(stop)
    if (end !== undefined) this.#over(end)
    else if (this.#calls === 0) this.#stopped(stop)
  }

  /** It has ended with this code, of which gdb has not told. */
  lost(exitCode: number): void {
    if (this.#state.kind !== 'ended') this.#over({ exitCode, signal: null })
  }

  /** gdb's `*running`: a command of gdb's own has sent it on, of which nobody knows yet. */
  runs(): void {
    if (this.#state.kind !== 'stopped' || this.#calls > 0) return
    this.#state = { kind: 'running' }
    this.#last = '-exec-continue'
    this.#variables.forget()
    this.#handlers.event('continued', { threadId: 0, allThreadsContinued: true })
  }

  #stopped(stop: GdbStop): void {
    const signalled = stop.reason === 'signal-received' && stop['signal-name'] === pauseSignal
    this.#state = { kind: 'stopped', at: stop }
    this.#detaching?.resolve()
    this.#attaching?.resolve()
    if (this.#attaching !== undefined || this.#detaching !== undefined) return
    this.#paused = signalled && this.#pause !== 'none'
    if (signalled && this.#pause === 'late') {
      this.#pause = 'none'
      this.#goOn(this.#last).catch(() => this.#tell(stop, false))
      return
    }
    this.#pause = this.#pause === 'asked' && !signalled ? 'late' : 'none'
    this.#tell(stop, this.#entering || (this.#entry !== undefined && stop.bkptno === this.#entry))
  }

  #tell(stop: GdbStop, entry: boolean): void {
    this.#entering = false
    const hit = this.#table.hitAt(stop.bkptno ?? (stop.wpt ?? stop['hw-rwpt'] ?? stop['hw-awpt'])?.number)
    if (stop.wpnum !== undefined)
      this.#table.vanished(stop.wpnum, 'what it watched is gone: its function has returned')
    this.#breakpoints.stoppedAt(hit)
    this.#handlers.event('stopped', stoppedBody(stop, { hit, entry }))
  }

  #over(end: ProgramEnd): void {
    this.#state = { kind: 'ended' }
    this.#handlers.event('exited', { exitCode: end.exitCode })
    this.#handlers.event('terminated', {})
    this.#handlers.ended(end)
  }

  async #goOn(command: string): Promise<void> {
    if (this.#state.kind === 'seen') throw new MiRefusal('this is a core dump: it cannot go on')
    if (this.#state.kind !== 'stopped') throw new MiRefusal('the program is not stopped')
    const thread = this.#state.at['thread-id']
    if (this.#paused && thread !== undefined)
      this.#gdb.tell(`-interpreter-exec --thread ${thread} console "queue-signal 0"`).catch(() => undefined)
    this.#paused = false
    await this.#send(command)
  }

  async #send(command: string): Promise<void> {
    const before = this.#state
    this.#state = { kind: 'running' }
    this.#last = command
    this.#variables.forget()
    try {
      await this.#gdb.tell(command)
    } catch (error) {
      if (this.#state.kind === 'ended') return
      if (this.#state.kind !== 'running') throw error
      if (await this.#isDead(String(error))) return this.#bury()
      this.#state = before
      throw error
    }
  }

  /** Somebody has killed it while it stood, of which gdb does not hear. It takes a while until it is seen to have gone. */
  async #isDead(refusal: string): Promise<boolean> {
    for (let looks = refusal.includes('No such process') ? mostLooks : 1; looks > 0; looks--) {
      const status = await this.#gdb.listen(consoleCommand('info proc status')).catch(() => '')
      if (/^State:\s+[ZX]/m.test(status)) return true
      if (looks > 1) await delay(lookMs)
    }
    return false
  }

  /** Without breakpoints, which gdb cannot put into it any more, it comes to hear of that; or is refused once more. */
  async #bury(): Promise<void> {
    this.#gdb.tell('-break-disable').catch(() => undefined)
    await this.#gdb.tell('-exec-continue').catch(() => {
      if (this.#state.kind === 'running') this.#over(killed)
    })
  }
}
