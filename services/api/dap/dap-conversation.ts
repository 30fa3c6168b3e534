import { setTimeout as delay } from 'node:timers/promises'
import {
  type DapAnswer,
  type DapRequest,
  type DapReverseRequest,
  type DebuggedProcess,
  dapRefusal,
} from '../../contract/dap.ts'
import { dapEnd } from '../../contract/dap-end.ts'
import type { Viewer } from '../../contract/debug-control.ts'
import type { ViewerId } from '../../contract/ids.ts'
import type { EndReason } from '../../contract/stream-end.ts'
import { type DebugSessionJoined, getDebugSession } from '../../store/debug-sessions.ts'
import { debugHasEnded, toDebugSession } from '../../store/rows.ts'
import { readmit } from '../access.ts'
import type { Context } from '../context.ts'
import type { DebugClient } from '../debug/serve-debug.ts'
import type { Refusal } from '../outcome.ts'
import { refusalOf } from '../problem-reply.ts'
import type { Taken } from '../websocket/send-frame.ts'
import { readAttach } from './dap-attach.ts'
import { DapChildren, startDebugging } from './dap-children.ts'
import { launchForEditor, readLaunch } from './dap-launch.ts'
import type { DapLine } from './dap-lines.ts'
import { consoleOutput, continued, dapOutput, importantOutput, terminated } from './dap-output.ts'
import { restartForEditor } from './dap-restart.ts'
import { readAbilities } from './editor-abilities.ts'
import { dapAccess, debuggeeOf, type EditorTarget, watchAccess } from './editor-target.ts'
import { readDap } from './read-dap.ts'

/** How long the runner may take to answer, in milliseconds: a launch, and anything else. Its own deadlines are shorter. */
const launchMs = 90_000
const answerMs = 45_000
const launches = new Set(['launch', 'restart'])
/** How long the last output of a program may take to be told when another is in its place, in milliseconds. */
const lastOutputMs = 1_000
/** Requests that are not answered yet. */
const mostAsked = 64
/** Why one is not answered any more. */
const unanswered = {
  let_go: 'the runner serves this connection no more: it has been asked to let go, or has too many editors',
  runner_lost: 'the connection to the runner was lost before it answered',
  ended: 'the debuggee that it was asked of has ended, and there is another one in its place',
} as const

/** `isWithRunner`: that is to answer it. */
type Asked = { readonly request: DapRequest; readonly timer: NodeJS.Timeout; isWithRunner: boolean }

/** What a program writes is being told; `done`: to its end. */
type Watching = { readonly ends: AbortController; readonly done: Promise<void> }

export type DapConversationDependencies = {
  readonly context: Context
  readonly client: DebugClient & { readonly editor: EditorTarget; readonly by: Viewer }
  readonly send: (kind: 'event' | 'answer', text: string) => Promise<Taken>
  readonly finish: (why: EndReason | Refusal) => void
}

/**
 * What is said between one editor and the server: the runner answers, but for what the store knows and the runner does not.
 * That is which debuggee is meant, the launch of a new one, what the program writes, and its end. A process that another has
 * started is at a connection of its own, which the editor opens when it is told of it.
 */
export class DapConversation implements Disposable {
  readonly #deps: DapConversationDependencies
  readonly #line: DapLine
  readonly #asked = new Map<number, Asked>()
  readonly #children: DapChildren
  #debuggee: DebugSessionJoined | undefined
  /** Who was told of this debuggee, where the editor has come to it by that: its log is told there. */
  #parent: ViewerId | null = null
  /** The editor opens another connection when it is asked to. */
  #startsDebugging = false
  /** Where it has found this server, as it says itself. */
  #debugServer: number | undefined
  /** It has a debuggee, or has asked for one. */
  #hasBegun = false
  /** Its debuggee is one that it has launched. */
  #hasLaunched = false
  /** The request by which it has that in the place of another. */
  #restartedBy: number | undefined
  /** How a debuggee has ended in whose place there is to be another: told where there is none. */
  #endsKeptBack: DapAnswer[] | undefined
  /** Requests are passed on in their order, though a launch takes its time. */
  #turn: Promise<void> = Promise.resolve()
  #seq = 0
  #watching: Watching | undefined
  #toldEnd = false

  constructor(deps: DapConversationDependencies) {
    const { context, client } = deps
    this.#deps = deps
    this.#line = context.runner.dap({
      said: answer => this.#saidByRunner(answer),
      child: child => {
        if (this.#startsDebugging) this.#children.came(child)
      },
      closed: why => this.#closed(why),
    })
    this.#children = new DapChildren({
      ask: child => this.#send('event', startDebugging(child, this.#debugServer)).seq,
      lives: ({ debug }) => this.#lives(debug),
      declined: ({ debug, process }, why) =>
        void this.tell(
          consoleOutput(`the editor is not at process ${process} (${debug}), which runs on: ${why}`),
        ),
    })
    const { debuggee } = client.editor
    if (debuggee.ok) this.#bind(debuggee.debug, { launches: false, parent: null })
  }

  /** `frame`: undefined where it was no text. */
  async take(frame: string | undefined): Promise<void> {
    const read = readDap(frame)
    if (!read.ok) return void (await this.tell(read.answer))
    if (read.said.type === 'response') return this.#children.answered(read.said)
    const request = read.said
    const { seq } = request
    if (this.#asked.has(seq))
      return void (await this.tell(dapRefusal(request, `${seq} is the seq of a request already`)))
    if (this.#asked.size >= mostAsked)
      return void (await this.tell(dapRefusal(request, `${mostAsked} requests are not answered yet`)))
    const patience = launches.has(request.command) ? launchMs : answerMs
    const late = () => this.#refuse(request, `the server did not answer within ${patience / 1_000} s`)
    this.#asked.set(seq, { request, timer: setTimeout(late, patience), isWithRunner: false })
    this.#turn = this.#turn.then(() => this.#pass(request))
  }

  /** Sends a message of the server's. */
  tell(answer: DapAnswer): Promise<Taken> {
    if (answer.type === 'event' && (answer.event === 'exited' || answer.event === 'terminated')) {
      if (this.#endsKeptBack !== undefined) {
        this.#endsKeptBack.push(answer)
        return Promise.resolve('taken')
      }
      if (answer.event === 'terminated') this.#toldEnd = true
    }
    return this.#send(answer.type === 'event' ? 'event' : 'answer', answer).taken
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#asked.values()) clearTimeout(timer)
    this.#asked.clear()
    this.#watching?.ends.abort()
    this.#children[Symbol.dispose]()
    this.#line[Symbol.dispose]()
  }

  #send(kind: 'event' | 'answer', message: DapAnswer | DapReverseRequest) {
    const seq = ++this.#seq
    return { seq, taken: this.#deps.send(kind, JSON.stringify({ seq, ...message })) }
  }

  async #lives(debug: DebuggedProcess['debug']): Promise<boolean> {
    const found = await getDebugSession(this.#deps.context.store, debug)
    return found !== undefined && !debugHasEnded(found)
  }

  async #pass(request: DapRequest): Promise<void> {
    try {
      const { context, client } = this.#deps
      const { watches } = client.editor
      const admitted = await readmit(context, watches ? watchAccess : dapAccess, client.caller)
      if (!admitted.ok) return this.#refuse(request, admitted.detail)
      if (request.command === 'launch') await this.#launch(request)
      else if (request.command === 'attach') await this.#attach(request)
      else if (request.command === 'restart') await this.#restart(request)
      else if (request.command === 'initialize') this.#initialize(request)
      else if (this.#debuggee === undefined) this.#withoutDebuggee(request)
      else this.#toRunner(request)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.code === 'internal')
        this.#deps.context.log.error({ err: error }, 'a request over DAP failed')
      this.#refuse(request, refusal.detail)
    }
  }

  #initialize(request: DapRequest): void {
    const read = readAbilities(request.arguments)
    if (!read.ok) return void this.#refuse(request, read.detail)
    this.#startsDebugging = read.value.startsDebugging
    if (this.#debuggee === undefined) this.#withoutDebuggee(request)
    else this.#toRunner(request)
  }

  async #attach(request: DapRequest): Promise<void> {
    const { context, client } = this.#deps
    const read = await readAttach(context, client.session, request.arguments)
    if (!read.ok) return this.#refuse(request, read.detail)
    if (read.value.kind === 'named' && !this.#hasBegun) {
      const { debug, parent } = read.value
      const debuggee = debuggeeOf(debug)
      if (!debuggee.ok && parent === null) return this.#refuse(request, debuggee.why)
      if (!debuggee.ok) return this.#tooLate(request, debug)
      this.#bind(debug, { launches: false, parent })
    }
    if (this.#debuggee === undefined) return this.#withoutDebuggee(request)
    this.#begin(request)
  }

  async #launch(request: DapRequest): Promise<void> {
    const { context, client } = this.#deps
    const { root, watches } = client.editor
    if (watches) return this.#refuse(request, 'you watch the debuggers of this session: attach to one')
    const launch = readLaunch(client, request.arguments ?? {}, root)
    if (!launch.ok) return this.#refuse(request, launch.detail)
    const launched = await launchForEditor(context, client, launch.value)
    if (!launched.ok) return this.#refuse(request, launched.detail)
    this.#bind(launched.value, { launches: true, parent: null })
    this.#hasLaunched = true
    this.#begin(request)
  }

  /** From then on the editor has to do with another debuggee, and says anew where that is to stop. */
  async #restart(request: DapRequest): Promise<void> {
    const { context, client } = this.#deps
    const { root, watches } = client.editor
    const debug = this.#debuggee
    if (debug === undefined || !this.#hasBegun) return this.#withoutDebuggee(request)
    if (watches) return this.#refuse(request, 'you watch this debugger: who controls it may start it anew')
    const kept: DapAnswer[] = []
    this.#endsKeptBack = kept
    const given = request.arguments
    const restarted = restartForEditor(context, client, { debug, root, launched: this.#hasLaunched, given })
    const anew = await restarted
      .then(async outcome => {
        if (outcome.ok) await this.#heardOut()
        return outcome
      })
      .finally(() => {
        this.#endsKeptBack = undefined
      })
    if (!anew.ok) {
      this.#refuse(request, anew.detail)
      for (const event of kept) void this.tell(event)
      // It may have ended all the same, before anybody would have told how.
      if (!(await this.#lives(debug.id))) this.#watch()
      return
    }
    // The runner has let go of what these were about.
    for (const { request: other, isWithRunner } of [...this.#asked.values()])
      if (isWithRunner) this.#refuse(other, unanswered.ended)
    this.#watching?.ends.abort()
    this.#watching = undefined
    this.#toldEnd = false
    this.#restartedBy = request.seq
    void this.tell(continued)
    this.#bind(anew.value, { launches: true, parent: null })
    this.#toRunner(request)
  }

  #begin(request: DapRequest): void {
    const { debugServer } = request.arguments ?? {}
    this.#debugServer = Number.isInteger(debugServer) ? Number(debugServer) : undefined
    this.#hasBegun = true
    this.#toRunner(request)
  }

  #bind(debuggee: DebugSessionJoined, how: { launches: boolean; parent: ViewerId | null }): void {
    // Whoever did not wait for its answer would not get one any more: the other debuggee is let go of.
    for (const { request } of [...this.#asked.values()])
      if (request.command === 'initialize') this.#withoutDebuggee(request)
    this.#debuggee = debuggee
    this.#parent = how.parent
    const { editor, by } = this.#deps.client
    this.#line.bind({ debug: debuggee.id, root: editor.root, ...how, by })
  }

  /** Of a process that it was told of an editor hears how that has ended: it cannot come before the end of each. */
  #tooLate(request: DapRequest, debug: DebugSessionJoined): void {
    this.#debuggee = undefined
    const { seq, command } = request
    this.#heard({ type: 'response', request_seq: seq, command, success: true })
    for (const event of dapEnd(toDebugSession(debug).end)) void this.tell(event)
  }

  #toRunner(request: DapRequest): void {
    const asked = this.#asked.get(request.seq)
    if (asked !== undefined) asked.isWithRunner = true
    if (!this.#line.send(request)) this.#refuse(request, 'no runner is connected, or the message is too long')
  }

  /** Before there is one: what can be said of the server itself, and the way out. */
  #withoutDebuggee(request: DapRequest): void {
    const { seq, command } = request
    const answer = (body: object) =>
      this.#heard({ type: 'response', request_seq: seq, command, success: true, body })
    switch (command) {
      case 'initialize':
        answer({ supportsConfigurationDoneRequest: true, supportsTerminateRequest: true })
        break
      case 'disconnect':
      case 'terminate':
        answer({})
        this.#deps.finish('complete')
        break
      case 'attach': {
        const { debuggee } = this.#deps.client.editor
        this.#refuse(request, debuggee.ok ? 'it is gone' : debuggee.why)
        break
      }
      default:
        this.#refuse(request, 'there is no debuggee yet: send attach or launch first')
    }
  }

  /** An editor is to come as far as `attach`, which says what is wrong with its debuggee. */
  #saidByRunner(answer: DapAnswer): void {
    // Its debuggee has ended, though the log goes on.
    if (answer.type === 'event' && answer.event === 'terminated') this.#watching?.ends.abort()
    if (answer.type === 'event' || answer.success) return void this.#heard(answer)
    const { request_seq, command } = answer
    const request = this.#asked.get(request_seq)?.request
    if (command === 'attach' || command === 'launch') this.#hasBegun = false
    if (request !== undefined && command === 'initialize') this.#withoutDebuggee(request)
    else if (request !== undefined && command === 'attach') void this.#notAttached(request, answer)
    else this.#heard(answer)
    // The one before has ended, and there is no other in its place.
    if (request_seq === this.#restartedBy) void this.tell(terminated)
  }

  /** One that has ended meanwhile is as one that had ended before. */
  async #notAttached(request: DapRequest, answer: DapAnswer): Promise<void> {
    const debuggee = this.#debuggee
    const found =
      debuggee === undefined || this.#parent === null
        ? undefined
        : await getDebugSession(this.#deps.context.store, debuggee.id).catch(() => undefined)
    if (found !== undefined && debugHasEnded(found)) this.#tooLate(request, found)
    else this.#heard(answer)
  }

  #heard(answer: DapAnswer): void {
    if (answer.type === 'event') return void this.tell(answer)
    const asked = this.#asked.get(answer.request_seq)
    // Otherwise it was late, and has been refused.
    if (asked === undefined) return
    clearTimeout(asked.timer)
    this.#asked.delete(answer.request_seq)
    void this.tell(answer)
    if (answer.command === 'configurationDone' && answer.success) this.#watch()
  }

  #refuse(request: DapRequest, text: string): void {
    this.#heard(dapRefusal(request, text))
  }

  #closed(why: 'let_go' | 'runner_lost'): void {
    for (const { request } of [...this.#asked.values()]) this.#refuse(request, unanswered[why])
    if (why === 'let_go') this.#deps.finish('complete')
    else void this.#lost()
  }

  /** The debugger goes with its runner, and the program with its debugger; that it has ended is recorded later. */
  async #lost(): Promise<void> {
    if (this.#toldEnd) return
    await this.tell(
      importantOutput('the runner that held the debugger went away: the program is ended with it'),
    )
    await this.tell(terminated)
    this.#deps.finish('complete')
  }

  #watch(): void {
    const debuggee = this.#debuggee
    if (debuggee === undefined || this.#watching !== undefined || this.#parent !== null) return
    const ends = new AbortController()
    this.#watching = { ends, done: this.#tellOf(debuggee, ends.signal) }
  }

  /** What a program that has ended has written last is told. */
  async #heardOut(): Promise<void> {
    await Promise.race([this.#watching?.done, delay(lastOutputMs, undefined, { ref: false })])
  }

  /** Tells what the program writes, then its end. Never rejects. */
  async #tellOf(debuggee: DebugSessionJoined, ended: AbortSignal): Promise<void> {
    const { context, client } = this.#deps
    const gone = AbortSignal.any([ended, client.gone])
    const { session, caller } = client
    try {
      const ends = debuggee.parent_id === null
      for await (const event of dapOutput(context, { session, command: debuggee.row, ends, caller, gone })) {
        if (gone.aborted || (await this.tell(event)) !== 'taken') return
      }
      if (ends && !gone.aborted && !this.#toldEnd) await this.tell(terminated)
    } catch (error) {
      context.log.error({ err: error, debug: debuggee.id }, 'telling of a debuggee over DAP failed')
      this.#deps.finish(refusalOf(error))
    }
  }
}
