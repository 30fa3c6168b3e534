import { type DapAnswer, type DapRequest, dapRefusal } from '../../contract/dap.ts'
import type { Viewer } from '../../contract/debug-control.ts'
import type { EndReason } from '../../contract/stream-end.ts'
import type { DebugSessionJoined } from '../../store/debug-sessions.ts'
import { readmit } from '../access.ts'
import type { Context } from '../context.ts'
import type { DebugClient } from '../debug/serve-debug.ts'
import type { Refusal } from '../outcome.ts'
import { refusalOf } from '../problem-reply.ts'
import type { Taken } from '../websocket/send-frame.ts'
import { launchForEditor } from './dap-launch.ts'
import type { DapLine } from './dap-lines.ts'
import { dapOutput, importantOutput, terminated } from './dap-output.ts'
import { dapAccess, type EditorTarget } from './editor-target.ts'
import { readDap } from './read-dap.ts'

/** How long the runner may take to answer, in milliseconds: a launch, and anything else. Its own deadlines are shorter. */
const launchMs = 90_000
const answerMs = 45_000
/** Requests that are not answered yet. */
const mostAsked = 64

export type DapConversationDependencies = {
  readonly context: Context
  readonly client: DebugClient & { readonly editor: EditorTarget; readonly by: Viewer }
  readonly send: (kind: 'event' | 'answer', text: string) => Promise<Taken>
  readonly finish: (why: EndReason | Refusal) => void
}

/**
 * What is said between one editor and the server: the runner answers, but for what the store knows and the runner does not.
 * That is which debuggee is meant, the launch of a new one, what the program writes, and its end.
 */
export class DapConversation implements Disposable {
  readonly #deps: DapConversationDependencies
  readonly #line: DapLine
  readonly #asked = new Map<number, { request: DapRequest; timer: NodeJS.Timeout }>()
  #debuggee: DebugSessionJoined | undefined
  /** Requests are passed on in their order, though a launch takes its time. */
  #turn: Promise<void> = Promise.resolve()
  #seq = 0
  #watching: AbortController | undefined
  #toldEnd = false

  constructor(deps: DapConversationDependencies) {
    const { context, client } = deps
    this.#deps = deps
    this.#line = context.runner.dap({
      said: answer => this.#heard(answer),
      closed: why => this.#closed(why),
    })
    const { debuggee } = client.editor
    if (debuggee.ok) this.#bind(debuggee.debug, false)
  }

  /** `frame`: undefined where it was no text. */
  async take(frame: string | undefined): Promise<void> {
    const read = readDap(frame)
    if (!read.ok) return void (await this.tell(read.answer))
    const { request } = read
    const { seq } = request
    if (this.#asked.has(seq))
      return void (await this.tell(dapRefusal(request, `${seq} is the seq of a request already`)))
    if (this.#asked.size >= mostAsked)
      return void (await this.tell(dapRefusal(request, `${mostAsked} requests are not answered yet`)))
    const patience = request.command === 'launch' ? launchMs : answerMs
    const late = () => this.#refuse(request, `the server did not answer within ${patience / 1_000} s`)
    this.#asked.set(seq, { request, timer: setTimeout(late, patience) })
    this.#turn = this.#turn.then(() => this.#pass(request))
  }

  /** Sends a message of the server's. */
  tell(answer: DapAnswer): Promise<Taken> {
    if (answer.type === 'event' && answer.event === 'terminated') this.#toldEnd = true
    const text = JSON.stringify({ seq: ++this.#seq, ...answer })
    return this.#deps.send(answer.type === 'event' ? 'event' : 'answer', text)
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#asked.values()) clearTimeout(timer)
    this.#asked.clear()
    this.#watching?.abort()
    this.#line[Symbol.dispose]()
  }

  async #pass(request: DapRequest): Promise<void> {
    try {
      const { context, client } = this.#deps
      const admitted = await readmit(context, dapAccess, client.caller)
      if (!admitted.ok) return this.#refuse(request, admitted.detail)
      if (request.command === 'launch') await this.#launch(request)
      else if (this.#debuggee === undefined) this.#withoutDebuggee(request)
      else this.#toRunner(request)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.code === 'internal')
        this.#deps.context.log.error({ err: error }, 'a request over DAP failed')
      this.#refuse(request, refusal.detail)
    }
  }

  async #launch(request: DapRequest): Promise<void> {
    const { context, client } = this.#deps
    const { root } = client.editor
    const launched = await launchForEditor(context, client, request.arguments ?? {}, root)
    if (!launched.ok) return this.#refuse(request, launched.detail)
    this.#bind(launched.value, true)
    this.#toRunner(request)
  }

  #bind(debuggee: DebugSessionJoined, launches: boolean): void {
    this.#debuggee = debuggee
    const { editor, by } = this.#deps.client
    this.#line.bind({ debug: debuggee.id, root: editor.root, launches, by })
  }

  #toRunner(request: DapRequest): void {
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

  #heard(answer: DapAnswer): void {
    if (answer.type === 'event') return void this.tell(answer)
    const asked = this.#asked.get(answer.request_seq)
    // Otherwise it was late, and has been refused.
    if (asked === undefined) return
    clearTimeout(asked.timer)
    this.#asked.delete(answer.request_seq)
    void this.tell(answer)
    if (answer.command === 'configurationDone' && answer.success) void this.#watch()
  }

  #refuse(request: DapRequest, text: string): void {
    this.#heard(dapRefusal(request, text))
  }

  #closed(why: 'let_go' | 'runner_lost'): void {
    for (const { request } of [...this.#asked.values()])
      this.#refuse(request, 'the connection to the runner was lost before it answered')
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

  /** Tells what the program writes, then its end. */
  async #watch(): Promise<void> {
    const debuggee = this.#debuggee
    if (debuggee === undefined || this.#watching !== undefined) return
    const { context, client } = this.#deps
    const watching = new AbortController()
    this.#watching = watching
    const gone = AbortSignal.any([watching.signal, client.gone])
    const { session, caller } = client
    try {
      for await (const event of dapOutput(context, { session, command: debuggee.row, caller, gone })) {
        if (gone.aborted || (await this.tell(event)) !== 'taken') return
      }
      if (!gone.aborted && !this.#toldEnd) await this.tell(terminated)
    } catch (error) {
      context.log.error({ err: error, debug: debuggee.id }, 'telling of a debuggee over DAP failed')
      this.#deps.finish(refusalOf(error))
    }
  }
}
