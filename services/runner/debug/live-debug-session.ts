import { compiledSchema } from '../../../lib/compiled-schema.ts'
import type { DebugEventName } from '../../contract/debug-events.ts'
import type { DebugSession, Stop } from '../../contract/debug-resources.ts'
import type { EndCause } from '../commands/command-outcome.ts'
import { KeptStops } from './above/kept-stops.ts'
import { Probes } from './above/probes.ts'
import { traceFromStart } from './above/traced-function.ts'
import { AdapterLink, type LinkFailure } from './adapter-link.ts'
import { Attachment } from './attach/attachment.ts'
import { DebuggeeBreakpoints } from './breakpoints/debuggee-breakpoints.ts'
import { type LiveChildren, noChildren } from './children/live-children.ts'
import { actor } from './control/acting.ts'
import { DebugViewers } from './control/debug-viewers.ts'
import { exitedEventSchema, processEventSchema, stoppedEventSchema } from './dap-messages.ts'
import { type DebuggeeState, debuggeeState, type Happening, hasEnded, wasSentOn } from './debuggee-state.ts'
import { DebuggeeEditors } from './editors/debuggee-editors.ts'
import { refuseEnded } from './ended-refusal.ts'
import { Halts } from './halts.ts'
import { handshake, letRun, type Prepared } from './handshake.ts'
import type { Identity, LiveDependencies, LiveListener } from './live-dependencies.ts'
import { usualLocateMs } from './located-stop.ts'
import { Observed } from './observed.ts'
import type { Recorder } from './record/debug-record.ts'
import { noted } from './record/noted.ts'
import { Refusal } from './refusal.ts'
import { runningRefusal } from './running-refusal.ts'
import type { SourceLines } from './source-text.ts'
import { StoppedFrames } from './stopped-frames.ts'
import { UnansweredExpressions } from './unanswered-expressions.ts'
import { WorktreePaths } from './worktree-paths.ts'

/** How long a question waits until the debuggee has been launched, and until a stop has its place, in milliseconds. */
const launchPatienceMs = 10_000
const standMs = usualLocateMs * 2
/** How long a question waits for an end that is under way. */
const endPatienceMs = 5_000
/** From the debuggee's launch until it may run. */
const configureMs = 30_000
/** How long an editor waits until the debuggee's adapter can be told where to stop. */
const openPatienceMs = 60_000

/** Requests that send a debuggee on. */
export type Move = 'continue' | 'next' | 'stepIn' | 'stepOut' | 'stepBack' | 'reverseContinue'

/**
 * One debuggee with its adapter, for any number of clients. It holds where the debuggee stands, and knows how the
 * adapter is spoken to; what clients ask is worked out in `operations/`. It neither starts the debuggee nor sees it
 * end: its command does, and has the exit code.
 */
export class LiveDebugSession implements AsyncDisposable {
  readonly identity: Identity
  readonly breakpoints: DebuggeeBreakpoints
  readonly adapter: AdapterLink
  readonly viewers: DebugViewers
  readonly record: Recorder
  readonly unanswered = new UnansweredExpressions()
  readonly state = new Observed<DebuggeeState>({ kind: 'launching', number: 0 })
  /** Names of files, as clients and the adapter have them. */
  readonly paths: WorktreePaths
  readonly probes: Probes
  readonly keptStops = new KeptStops()
  /** The debuggee's, as it sees itself; undefined where the adapter has not told it. */
  processId: number | undefined
  readonly editors: DebuggeeEditors
  readonly children: LiveChildren
  readonly #deps: LiveDependencies
  readonly #listeners = new Set<LiveListener>()
  readonly #open = Promise.withResolvers<'open'>()
  readonly #configured = Promise.withResolvers<void>()
  #isOpen = false
  #frames: StoppedFrames
  /** It is being ended, or has ended: it stops no more. */
  #ending = false
  #exitCode: number | 'replaced' | undefined
  /** How often a process below it has stopped. */
  #childStops = 0
  #configuring: NodeJS.Timeout | undefined
  readonly #halts: Halts
  readonly #attachment: Attachment

  constructor(deps: LiveDependencies) {
    this.#deps = deps
    this.#attachment = new Attachment(deps)
    this.editors = deps.editors ?? new DebuggeeEditors()
    this.children = deps.children ?? noChildren
    this.identity = deps.identity
    this.record = deps.record
    this.viewers = new DebugViewers({
      ...{ session: deps.identity.session, clock: deps.clock, connected: deps.connected },
      launchedBy: deps.request.launched_by,
      control: deps.control,
      changed: () => this.#tell('control'),
    })
    this.paths = new WorktreePaths(deps.place.worktree, deps.place.enclosure.shows)
    const { scope, plan, place, deadlines, child } = deps
    const failed = (failure: LinkFailure) => this.end(this.#attachment.failed(failure))
    const handlers = { event: (name: string, body: unknown) => this.#event(name, body), child, failed }
    this.adapter = new AdapterLink(scope, noted(plan.open, deps.record), place, handlers, deadlines?.answerMs)
    this.#frames = this.newFrames()
    this.probes = new Probes({ ask: this.adapter.ask, clock: deps.clock, plan, live: this })
    this.breakpoints = new DebuggeeBreakpoints({
      probes: this.probes,
      ask: this.adapter.ask,
      paths: this.paths,
      lines: path => this.lines(path),
      engine: deps.identity.engine,
      capabilities: () => this.adapter.capabilities,
      hitCondition: wanted =>
        this.adapter.capabilities.supportsHitConditionalBreakpoints ? plan.hitCondition?.(wanted) : undefined,
      changed: () => this.#tell('breakpoints'),
    })
    const { adapter, breakpoints, keptStops } = this
    this.#halts = new Halts({
      ...{ plan, adapter, breakpoints, keptStops, locateMs: deadlines?.locateMs },
      happens: happening => this.#happens(happening),
    })
  }

  /** Makes everything ready for the debuggee; tells what to launch. */
  prepare(): Promise<Prepared> {
    return handshake(this.adapter, this.#deps.plan, this.#deps.deadlines?.initializeMs)
  }

  /** The debuggee has been launched: tells the adapter where to stop, and lets it run. */
  launched(): void {
    const { plan, request, deadlines } = this.#deps
    const settled = this.#attachment.settled(this.adapter)
    const done = letRun(this.adapter, plan, request, this.breakpoints, async () => {
      this.#isOpen = true
      this.#open.resolve('open')
      await traceFromStart(request.trace ?? [], this)
      if (request.held === true) await this.#configured.promise
    })
    const seconds = (deadlines?.configureMs ?? plan.launchMs ?? configureMs) / 1_000
    this.#configuring = setTimeout(() => {
      const byEditor = `the editor that launched the debuggee did not say configurationDone within ${seconds} s`
      const byDebugger = `the debuggee was not under its debugger after ${seconds} s`
      this.adapter.fail(this.#isOpen && request.held === true ? byEditor : byDebugger)
    }, seconds * 1_000)
    done
      .then(settled)
      .then(() => this.#happens({ kind: 'configured' }))
      .then(() => (this.#attachment.pauses && request.stop_on_entry ? this.askPause() : undefined))
      .catch(error => this.adapter.fail(error instanceof Error ? error.message : String(error)))
      .finally(() => clearTimeout(this.#configuring))
  }

  /** Waits until its adapter can be told where to stop; throws a Refusal where that takes too long, or it has ended. */
  async whenOpen(): Promise<void> {
    const state = await Promise.race([this.#open.promise, this.state.until(hasEnded, openPatienceMs)])
    if (state === 'open') return refuseEnded(this.state.value)
    refuseEnded(state)
    throw new Refusal('debugger_timeout', 'the debuggee is still being launched')
  }

  /** Who launched it to be told where it is to stop has told that. */
  configure(): void {
    this.#configured.resolve()
  }

  listen(listener: LiveListener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** What is told of it now. */
  view(): DebugSession {
    const state = this.state.value
    if (state.kind === 'ended' && state.last !== null) return state.last
    return {
      ...this.identity,
      status: state.kind === 'halted' || state.kind === 'ended' ? 'running' : state.kind,
      stop: state.kind === 'stopped' ? state.stop : null,
      end: null,
      children: this.children.told(),
      breakpoints: this.breakpoints.list.told(),
      control: this.viewers.control.view(),
      ended_at: null,
    }
  }

  /** Has the debuggee ended. Its end is told when it is recorded. */
  end(cause: EndCause): void {
    this.#ending = true
    this.#deps.end(cause)
  }

  /** A client wants it ended. */
  terminate(): void {
    this.end(this.#attachment.terminated)
  }

  /** What is not to end with its debugger is let go of. Never rejects. */
  letGo(): Promise<void> {
    this.#ending = true
    return this.#attachment.letGo(this.adapter)
  }

  /** Its end has been recorded; or, with null, is another's to record. */
  ended(last: DebugSession | null): void {
    this.#happens({ kind: 'ended', last })
  }

  /** Waits until it has been launched; throws a Refusal where that takes too long, or it has ended. */
  async whenLaunched(): Promise<void> {
    const state = await this.state.until(({ kind }) => kind !== 'launching', launchPatienceMs)
    if (state.kind === 'launching')
      throw new Refusal('debugger_timeout', 'the debuggee is still being launched')
    // Its end says more than an adapter that is going would.
    refuseEnded(this.#ending ? await this.state.until(hasEnded, endPatienceMs) : state)
  }

  /** The present stop; throws a Refusal where there is none. */
  async stopped(): Promise<{ stop: Stop; frames: StoppedFrames }> {
    await this.whenLaunched()
    const state = await this.state.until(({ kind }) => kind !== 'halted', standMs)
    refuseEnded(state)
    if (state.kind === 'stopped') return { stop: state.stop, frames: this.#frames }
    if (state.kind === 'halted')
      throw new Refusal('debugger_timeout', 'the debuggee has stopped, and its debugger does not say where')
    throw runningRefusal(this.children.told())
  }

  /** Waits for the first stop after the one of this number, for one of a process below it, or for the end. */
  async nextStop(after: number, waitMs: number): Promise<DebugSession> {
    const before = this.#childStops
    const holds = (state: DebuggeeState) =>
      state.kind === 'ended' ||
      this.#childStops > before ||
      (state.kind === 'stopped' && state.number > after && !this.#ending)
    await this.state.until(holds, waitMs)
    return this.view()
  }

  /** A process below it has stopped: whoever waits for it is to hear of that. */
  childStopped(): void {
    this.#childStops += 1
    this.state.set(this.state.value)
  }

  /** Whether its debugger runs commands of its own. */
  get hasCommands(): boolean {
    return this.#deps.plan.hasCommands === true
  }

  /** Why nothing can be watched on this machine; undefined where it can. */
  async whyNotWatched(): Promise<string | undefined> {
    return (await this.#deps.plan.watches?.()) === false
      ? 'the debug registers of this machine have no effect, as on many virtual machines (gdb watches without them)'
      : undefined
  }

  /** The lines of a file by its absolute path, where who asks may see it. */
  lines(path: string): Promise<SourceLines> {
    return this.#deps.text.lines(path, this.#deps.place.enclosure.shows)
  }

  evaluationError(message: string): string {
    return this.#deps.plan.evaluationError(message)
  }

  /** Sends the debuggee on by a request of the adapter. Of two clients that do so at once, one comes too late. */
  async sendOn(command: Move, thread: number, further: object = {}): Promise<number> {
    const { stop } = await this.stopped()
    if (this.state.value.kind !== 'stopped') throw runningRefusal(this.children.told())
    const answer = this.adapter.request(command, { ...further, threadId: thread })
    this.#happens({ kind: 'sent_on' })
    const outcome = await answer
    switch (outcome.kind) {
      case 'done':
      // Who has gone to an end before that was answered is told of the end.
      case 'closed':
        this.#happens({ kind: 'agreed' })
        return stop.number
      case 'refused':
        this.#happens({ kind: 'refused' })
        throw new Refusal('debugger_refused', outcome.message)
      case 'late':
        // It may have gone on: as long as nothing else is known, that is what is told.
        this.#happens({ kind: 'agreed' })
        throw await this.adapter.refusal(command, outcome)
    }
  }

  /** Has every thread stop wherever it is. Rejects where the adapter refuses. */
  askPause(): Promise<void> {
    return this.#halts.pause(this.state.value.kind === 'halted')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ended(null)
    clearTimeout(this.#configuring)
    this.viewers[Symbol.dispose]()
    await this.adapter[Symbol.asyncDispose]()
  }

  /** For a look at a debuggee that may run on. */
  newFrames(): StoppedFrames {
    const { text, place, plan } = this.#deps
    return new StoppedFrames(this.adapter.ask, this.paths, text, place.enclosure.shows, plan.functionName)
  }

  #happens(happening: Happening): void {
    const before = this.state.value
    const after = debuggeeState(before, happening)
    if (after === before) return
    this.state.set(after)
    switch (after.kind) {
      case 'launching':
        break
      case 'running':
        if (before.kind === 'launching') this.#tell('launched')
        else if (after.from === null && (before.kind === 'stopped' || wasSentOn(before)))
          this.#tell('continued')
        break
      case 'halted':
        // It has gone on and stopped again before the adapter has said yes to that.
        if (wasSentOn(before)) this.#tell('continued')
        this.#frames = this.newFrames()
        // Whoever stops anew works on no expression any more.
        this.unanswered.forget(after.event.threadId)
        this.#halts.add({ ...after, frames: this.#frames })
        break
      case 'stopped':
        // Otherwise the adapter has refused to send it on, of which nothing has been told.
        if (before.kind === 'halted') this.#tell('stopped')
        break
      case 'ended':
        if (after.last !== null) this.#tell('ended')
        break
    }
  }

  #tell(event: DebugEventName): void {
    // While it is launching it is told as the store has it.
    if (this.state.value.kind === 'launching') return
    // Its end is the last that is told.
    if (this.state.value.kind === 'ended' && event !== 'ended') return
    const view = this.view()
    const by = actor() ?? this.viewers.actor
    this.#deps.tell(event, view, by)
    this.#deps.record.state(event, view, by)
    for (const listener of this.#listeners) listener.told(event, view)
  }

  #event(name: string, body: unknown): void {
    if (this.probes.takes(name, body)) return
    for (const listener of this.#listeners) listener.adapter(name, body)
    switch (name) {
      case 'stopped': {
        const { success, data } = compiledSchema(stoppedEventSchema).safeParse(body)
        if (success) this.#happens({ kind: 'halted', event: data })
        return
      }
      case 'exited':
        this.#exitCode = exitedEventSchema.safeParse(body).data?.exitCode
        this.#attachment.exited()
        return
      case 'debugServerReplaced':
        this.#exitCode = 'replaced'
        return
      case 'terminated': {
        this.#ending = true
        this.#deps.gone?.(this.#exitCode)
        const over = this.#attachment.over()
        if (over !== undefined) this.#deps.end(over)
        return
      }
      case 'continued':
        this.#happens({ kind: 'continued' })
        return
      case 'output':
        this.#deps.said(body)
        return
      case 'breakpoint':
        this.breakpoints.reported(body)
        return
      case 'process':
        this.processId = processEventSchema.safeParse(body).data?.systemProcessId
    }
  }
}
