import { z } from 'zod'
import type { DapAnswer, DapRequest, DebuggedProcess } from '../../../contract/dap.ts'
import { dapRefusal } from '../../../contract/dap.ts'
import { dapEnd } from '../../../contract/dap-end.ts'
import type { Viewer } from '../../../contract/debug-control.ts'
import type { DebugEventName } from '../../../contract/debug-events.ts'
import type { DebugSession, Stop } from '../../../contract/debug-resources.ts'
import type { ViewerId } from '../../../contract/ids.ts'
import { onBehalfOf } from '../control/acting.ts'
import { isActOfEditor } from '../control/acts-of-editors.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { EditorBreakpoints } from './editor-breakpoints.ts'
import { capabilitiesAnew, editorCapabilities } from './editor-capabilities.ts'
import { type EditorRequest, editorRequests, type OpenEditor } from './editor-requests.ts'
import { EditorSources } from './editor-sources.ts'
import { leaveChildren } from './leave-children.ts'
import { answerToWatcher, watchingCapabilities } from './watching-editor.ts'

/** Requests of one editor that are not answered yet. */
const mostAsked = 64
/** What may wait behind an answer. */
const mostHeldBack = 1_000

export type EditorDependencies = {
  /** The debuggee's debugger, once it is there. Rejects with a Refusal. */
  readonly find: () => Promise<LiveDebugSession>
  /** Where the editor has the files of the worktree; null: where they are. */
  readonly root: string | null
  /** It has had the debuggee queued, which waits for its `configurationDone`. */
  readonly launches: boolean
  /** Who was told of this process, which it has come to by that; null: it has come by itself. */
  readonly parent: ViewerId | null
  /** The breakpoints that it alone had asked for of a debuggee in whose place there is this one, by their keys. */
  readonly inherits: readonly string[]
  readonly by: Viewer
  /** A process that the debuggee has started is debugged. */
  readonly child: (child: DebuggedProcess) => void
  readonly say: (answer: DapAnswer) => void
  /** It lets go of the debuggee, as it was asked to. */
  readonly closed: () => void
  /** What was thrown that nobody foresaw. */
  readonly mistake: (error: unknown, command: string) => void
}

const disconnectSchema = z.looseObject({ terminateDebuggee: z.boolean().optional() }).nullish()

/** Events of the engine that are an editor's affair as they stand. Where the debuggee stands is told by us. */
const passedOn = new Set(['thread', 'module', 'loadedSource', 'output', 'invalidated', 'memory'])

/**
 * One editor on one debuggee: towards it the multiplexer is the debug adapter. Beside it there may be others, and clients
 * of the JSON operations; it hears what they do as if the debuggee had done it by itself.
 *
 *     opened → initialize → attach | launch → (breakpoints…) → configurationDone → gone
 *     opened in the place of another → restart → (breakpoints…) → configurationDone → gone
 *
 * It does not tell what the program writes, nor its end: those stand in the log and in the store, which the API reads. The
 * end of a process that another has started it tells, for that one's log goes on.
 */
export class Editor implements OpenEditor {
  readonly #deps: EditorDependencies
  readonly #finding: Promise<LiveDebugSession>
  #asked = 0
  #life: Life | undefined
  #initialized = false
  #configured = false
  #over = false
  /** What sends the debuggee on by this editor's wish: what follows of it is told behind the answer. */
  #goingOn = 0
  #heldBack: DapAnswer[] = []
  /** What is being set: to be there before the debuggee runs. */
  readonly #setting = new Set<Promise<unknown>>()
  #hearing: Promise<void> = Promise.resolve()

  constructor(deps: EditorDependencies) {
    this.#deps = deps
    this.#finding = deps.find()
    this.#finding.catch(() => undefined)
  }

  /** Never rejects. */
  async take(request: DapRequest): Promise<void> {
    if (this.#over) return
    if (this.#asked >= mostAsked)
      return this.#deps.say(dapRefusal(request, `${mostAsked} requests are not answered yet`))
    this.#asked++
    const answer = this.#answer(request)
    if (request.command.startsWith('set')) this.#settingUntil(answer)
    await answer
    this.#asked--
  }

  /** The editor has gone without a word: its breakpoints go with it, the debuggee stays. */
  async leave(): Promise<void> {
    if (this.#over) return
    this.#over = true
    const life = this.#life
    const live = life?.live ?? (this.#deps.launches ? await this.#finding.catch(() => undefined) : undefined)
    life?.listening[Symbol.dispose]()
    life?.watching[Symbol.dispose]()
    if (this.#deps.launches && !this.#configured)
      live?.end({ reason: 'debugger_failed', message: 'the editor that launched it has gone before it ran' })
    if (life === undefined) return
    const { live: here, claimant, breakpoints } = life
    here.editors.here.delete(claimant)
    void leaveChildren(here.children, claimant)
    await breakpoints.clear().catch(() => undefined)
  }

  /** The breakpoints that it alone has asked for, by their keys. */
  get claims(): readonly string[] {
    return this.#life?.live.editors.claims.ofAlone(this.#life.claimant) ?? []
  }

  goOn = async <T>(work: () => Promise<T>): Promise<T> => {
    this.#goingOn++
    try {
      return await work()
    } finally {
      this.#goingOn--
    }
  }

  async #answer(request: DapRequest): Promise<void> {
    const { seq, command } = request
    try {
      const body = await this.#do(request)
      this.#say({ type: 'response', request_seq: seq, command, success: true, ...(body && { body }) })
      this.#after(command)
    } catch (error) {
      if (!(error instanceof Refusal)) this.#deps.mistake(error, command)
      const text = error instanceof Refusal ? error.message : 'the runner made a mistake'
      this.#say(dapRefusal(request, text))
    }
    if (this.#goingOn === 0) this.#sayHeldBack()
  }

  /** On behalf of its user; where it acts, as others may not meanwhile. */
  async #do(request: DapRequest): Promise<object | undefined> {
    const { by } = this.#deps
    const { command } = request
    if (this.#watches) {
      const answer = answerToWatcher(request)
      if (answer !== undefined) return answer
    }
    const ends = command === 'terminate' || command === 'disconnect'
    const acts = isActOfEditor(request) && (this.#life !== undefined || ends)
    const live = acts ? await this.#finding : this.#life?.live
    return onBehalfOf(by, () => {
      if (live !== undefined && acts) return live.viewers.acts(by, () => this.#perform(request), true)
      live?.viewers.looks(by)
      return this.#perform(request)
    })
  }

  async #perform({ command, arguments: given }: DapRequest): Promise<object | undefined> {
    switch (command) {
      case 'initialize': {
        const live = await this.#finding
        await live.whenOpen()
        this.#initialized = true
        return this.#capabilities(editorCapabilities(live.adapter.said, live.identity))
      }
      case 'attach':
      case 'launch':
      case 'restart':
        await this.#begin()
        return undefined
      case 'configurationDone': {
        const { live, breakpoints } = this.#lifeOrRefuse()
        await Promise.allSettled([...this.#setting])
        await breakpoints.saidAll()
        if (this.#deps.launches) live.configure()
        return undefined
      }
      case 'disconnect': {
        const { data } = disconnectSchema.safeParse(given)
        if (data?.terminateDebuggee === true) (await this.#finding).terminate()
        await this.leave()
        return undefined
      }
      case 'terminate':
        ;(await this.#finding).terminate()
        return undefined
    }
    const request: EditorRequest | undefined = editorRequests.get(command)
    if (request === undefined)
      throw new Refusal(
        'debugger_refused',
        `there is no request ${JSON.stringify(command.slice(0, 100))} here`,
      )
    const life = this.#lifeOrRefuse()
    return request(this, life, command, given ?? {})
  }

  get #watches(): boolean {
    return this.#deps.by.role === 'watch'
  }

  #capabilities(all: Record<string, unknown>): Record<string, unknown> {
    return this.#watches ? watchingCapabilities(all) : all
  }

  /** What is said behind an answer. */
  #after(command: string): void {
    switch (command) {
      case 'attach':
      case 'launch':
      case 'restart': {
        const { live } = this.#lifeOrRefuse()
        if (!this.#initialized)
          this.#event('capabilities', {
            capabilities: this.#capabilities(capabilitiesAnew(live.adapter.said, live.identity)),
          })
        this.#event('initialized')
        break
      }
      case 'configurationDone':
        this.#show()
        break
      case 'disconnect':
        this.#deps.closed()
        break
    }
  }

  async #begin(): Promise<void> {
    if (this.#life !== undefined)
      throw new Refusal('debugger_refused', 'this connection has a debuggee already')
    const live = await this.#finding
    await live.whenOpen()
    if (this.#over) throw new Refusal('debugger_refused', 'the editor has gone')
    const { parent, inherits, by, root } = this.#deps
    const { editors, children } = live
    const sources = new EditorSources(live.paths, root)
    // The breakpoints of another are not for who watches.
    const isOwn = parent === null || this.#watches || editors.here.has(parent)
    const claimant = isOwn ? by.id : parent
    editors.here.add(claimant)
    editors.claims.takeOver(claimant, inherits)
    const breakpoints = new EditorBreakpoints(live, sources, claimant)
    const listening = live.listen({
      adapter: (name, body) => this.#heard(name, body),
      told: (event, debug) => this.#told(event, debug),
    })
    const watching = children.watch(() => this.#tellChildren())
    this.#life = { live, claimant, sources, breakpoints, listening, watching, threads: new Map() }
  }

  #lifeOrRefuse(): Life {
    if (this.#life !== undefined) return this.#life
    throw new Refusal('debugger_refused', 'there is no debuggee yet: send attach or launch first')
  }

  /** Where the debuggee stands when the editor has said all that it had to. */
  #show(): void {
    const { live } = this.#lifeOrRefuse()
    this.#configured = true
    const { stop } = live.view()
    if (stop !== null) this.#event('stopped', stoppedBody(stop))
    void this.#tellBreakpoints()
    this.#tellChildren()
    if (live.state.value.kind === 'ended') void this.#tellEnd(live.view())
  }

  /** Of each process once, whichever connection of one editor comes first. */
  #tellChildren(): void {
    const life = this.#life
    if (life === undefined || !this.#configured) return
    for (const { identity, editors } of life.live.children.next()) {
      if (editors.told.has(life.claimant)) continue
      editors.told.add(life.claimant)
      this.#deps.child({ debug: identity.id, process: identity.process ?? 0, parent: life.claimant })
    }
  }

  async #tellEnd({ parent, end }: DebugSession): Promise<void> {
    if (parent === null) return
    await this.#hearing
    for (const answer of dapEnd(end)) this.#tell(answer)
  }

  #heard(name: string, body: unknown): void {
    if (!this.#configured || !passedOn.has(name)) return
    const sources = this.#life?.sources
    if (sources === undefined) return
    // Sources are looked up, which takes longer for some: in the order in which it was said all the same.
    this.#hearing = this.#hearing.then(async () => this.#event(name, (await sources.told(body)) ?? {}))
  }

  #told(event: DebugEventName, debug: DebugSession): void {
    if (!this.#configured) return
    const { stop } = debug
    switch (event) {
      case 'stopped':
        this.#life?.threads.clear()
        if (stop !== null) this.#event('stopped', stoppedBody(stop))
        return
      case 'continued':
        // Who has sent it on knows.
        if (this.#goingOn === 0) this.#event('continued', { threadId: 0, allThreadsContinued: true })
        return
      case 'breakpoints':
        return void this.#tellBreakpoints()
      case 'state':
      case 'launched':
      case 'control':
        return
      case 'ended':
        void this.#tellEnd(debug)
    }
  }

  async #tellBreakpoints(): Promise<void> {
    // What this editor is setting it hears in the answer.
    await Promise.allSettled([...this.#setting])
    for (const change of (await this.#life?.breakpoints.changes()) ?? []) this.#event('breakpoint', change)
  }

  #settingUntil(answer: Promise<unknown>): void {
    this.#setting.add(answer)
    void answer.finally(() => this.#setting.delete(answer))
  }

  #event(event: string, body?: object): void {
    this.#tell({ type: 'event', event, ...(body && { body }) })
  }

  #tell(answer: DapAnswer): void {
    if (this.#goingOn > 0) this.#heldBack.push(answer)
    else this.#say(answer)
    // So many are no longer worth the order.
    if (this.#heldBack.length > mostHeldBack) this.#sayHeldBack()
  }

  #sayHeldBack(): void {
    for (const held of this.#heldBack.splice(0)) this.#say(held)
  }

  #say(answer: DapAnswer): void {
    const last = answer.type === 'response' && answer.command === 'disconnect'
    if (!this.#over || last) this.#deps.say(answer)
  }
}

type Life = {
  readonly live: LiveDebugSession
  /** By whose name it has its breakpoints: its own, or that of the connection which it was told of this process by. */
  readonly claimant: ViewerId
  readonly sources: EditorSources
  readonly breakpoints: EditorBreakpoints
  readonly listening: Disposable
  readonly watching: Disposable
  /** The threads of the frames that were told at this stop. */
  readonly threads: Map<number, number>
}

const stoppedBody = ({ reason, description, text, thread, breakpoints }: Stop) => ({
  reason,
  ...(reason === 'exception'
    ? {
        text: description ?? text ?? '',
        description: [description, text].filter(one => one !== null).join(': '),
      }
    : { ...(description !== null && { description }), ...(text !== null && { text }) }),
  threadId: thread,
  allThreadsStopped: true,
  hitBreakpointIds: breakpoints,
})
