import { connect, type Socket } from 'node:net'
import type { Logger } from 'pino'
import { compiledSchema } from '../../lib/compiled-schema.ts'
import { socketLines } from '../../lib/socket-lines.ts'
import type { InstanceId, SessionId } from '../contract/ids.ts'
import {
  type Ask,
  type DebugNews,
  type FromRunner,
  fromRunnerSchema,
  type LiveAnswer,
  longestAnswer,
  longestAsk,
  type Measure,
  type Present,
  type ProcessesQuestion,
  type RunnerOffers,
  type SurveyQuestion,
  type Terminal,
  type ToRunner,
  type Unshared,
} from '../contract/runner-messages.ts'
import type { ToRunnerTunnel } from '../contract/tunnel.ts'
import type { Change } from './changes.ts'
import { type DapEar, type DapLine, DapLines } from './dap/dap-lines.ts'
import type { Outcome } from './outcome.ts'
import { Questions } from './questions.ts'
import { dialTunnel } from './tunnels/dial-tunnel.ts'

/** The pauses between attempts to connect, in milliseconds; the last one repeats. */
const pauses = [20, 50, 100, 250, 500, 1000] as const

export type RunnerLinkDependencies = {
  readonly socket: string
  readonly log: Logger
  readonly onChanged: (change: Change) => void
  readonly onDebug: (news: DebugNews) => void
  /** A runner has been connected, the same or another: what happened before was not told. */
  readonly onConnected: () => void
  /** How long after a runner has gone its successor is waited for, in milliseconds. */
  readonly successorMs: number
}

/** How long an answer is waited for. */
export type Wait = {
  readonly deadlineMs: number
  /** Each of these ends the wait early: the client is gone, the server stops. */
  readonly signals: readonly AbortSignal[]
}

/** What the runner is asked about a debug session, and about the terminal of a command. */
export type Question = Pick<Ask, 'debug' | 'operation' | 'input' | 'by' | 'person'> & Wait
export type TerminalQuestion = Pick<Terminal, 'command' | 'action'> & Wait

/**
 * The one connection to the runner, made again whenever it is lost. What is asked while a runner is being replaced waits for
 * the next one. A wake-up that could not be sent is made up for by
 * the one that follows each connection, and after each connection everything may have changed. Questions that may
 * change something are not asked again: whether one that was under way has been done is for its asker to find out.
 */
export class RunnerLink implements Disposable {
  readonly #deps: RunnerLinkDependencies
  readonly #questions = new Questions()
  readonly #dap = new DapLines(message => this.#instance !== undefined && this.#send(message))
  #socket: Socket | undefined
  #instance: InstanceId | undefined
  #offers: RunnerOffers | undefined
  #attempt = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false
  #lostAt = Number.NEGATIVE_INFINITY
  readonly #waiting = new Set<(isThere: boolean) => void>()

  constructor(deps: RunnerLinkDependencies) {
    this.#deps = deps
    this.#connect()
  }

  /** Which runner is connected; undefined while none is. */
  get instance(): InstanceId | undefined {
    return this.#instance
  }

  /** What the runner that is connected has on its host. */
  get offers(): RunnerOffers | undefined {
    return this.#offers
  }

  /** Tells the runner that the store has work for it. */
  wake(): void {
    if (this.#instance !== undefined) this.#send({ type: 'wake' })
  }

  /** Tells the runner that is connected who is connected to debuggers here. */
  present(present: Omit<Present, 'type'>): void {
    if (this.#instance !== undefined) this.#send({ type: 'present', ...present })
  }

  /** Tells the runner that is connected who may not act as they could. */
  unshared(unshared: Omit<Unshared, 'type'>): void {
    if (this.#instance !== undefined) this.#send({ type: 'unshared', ...unshared })
  }

  /** Asks the runner that is connected. Never rejects: what went wrong is a refusal. */
  async ask({ debug, operation, input, by, person, ...wait }: Question): Promise<LiveAnswer> {
    if (!(await this.#isThere(wait))) return away
    return this.#questions.ask(id => {
      const asked: Ask = { type: 'ask', id, debug, operation, input, by, ...(person && { person }) }
      const line = JSON.stringify(asked)
      if (line.length <= longestAsk) this.#socket?.write(`${line}\n`)
      else this.#questions.answer(id, tooLong)
    }, wait)
  }

  /** Has the runner do something to a terminal. Never rejects. */
  async terminal({ command, action, ...wait }: TerminalQuestion): Promise<LiveAnswer> {
    if (!(await this.#isThere(wait))) return away
    return this.#questions.ask(
      id =>
        this.#socket?.write(
          `${JSON.stringify({ type: 'terminal', id, command, action } satisfies Terminal)}\n`,
        ),
      wait,
    )
  }

  /** What the runner's host has. Never rejects. */
  survey(wait: Wait): Promise<LiveAnswer> {
    return this.#askAnew(wait, id => ({ type: 'survey', id }) satisfies SurveyQuestion)
  }

  /** Which processes of a session run. Never rejects. */
  processes(session: SessionId, wait: Wait): Promise<LiveAnswer> {
    return this.#askAnew(wait, id => ({ type: 'processes', id, session }) satisfies ProcessesQuestion)
  }

  /** The figures of the runner that is connected. Never rejects. */
  async measure(deadlineMs: number): Promise<LiveAnswer> {
    if (this.#instance === undefined) return away
    return this.#questions.ask(
      id => this.#socket?.write(`${JSON.stringify({ type: 'measure', id } satisfies Measure)}\n`),
      { deadlineMs, signals: [] },
    )
  }

  /** A line to it for one who speaks DAP. */
  dap(ear: DapEar): DapLine {
    return this.#dap.open(ear)
  }

  /** A way into a session, over a connection of its own. */
  async tunnel(asked: Omit<ToRunnerTunnel, 'type' | 'id'>, gone: AbortSignal): Promise<Outcome<Socket>> {
    await this.#isThere({ deadlineMs: this.#deps.successorMs, signals: [gone] })
    return dialTunnel(this.#deps.socket, asked, gone)
  }

  [Symbol.dispose](): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.destroy()
    for (const settle of [...this.#waiting]) settle(false)
  }

  /** Asks what changes nothing: of a runner that goes meanwhile, the next one is asked again, once. */
  async #askAnew(wait: Wait, question: (id: number) => ToRunner): Promise<LiveAnswer> {
    const ask = async () =>
      (await this.#isThere(wait)) ? this.#questions.ask(id => this.#send(question(id)), wait) : away
    const answer = await ask()
    return answer === lost ? ask() : answer
  }

  /** Whether a runner is connected, or comes in place of one that has just gone. */
  #isThere({ deadlineMs, signals }: Wait): true | Promise<boolean> {
    if (this.#instance !== undefined) return true
    const leftMs = Math.min(this.#lostAt + this.#deps.successorMs - performance.now(), deadlineMs)
    if (this.#closed || leftMs <= 0 || signals.some(signal => signal.aborted)) return Promise.resolve(false)
    return new Promise(resolve => {
      const settle = (isThere: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(settle)
        for (const signal of signals) signal.removeEventListener('abort', given)
        resolve(isThere)
      }
      const given = () => settle(false)
      const timer = setTimeout(given, leftMs)
      for (const signal of signals) signal.addEventListener('abort', given, { once: true })
      this.#waiting.add(settle)
    })
  }

  #connect(): void {
    const socket = connect(this.#deps.socket)
    this.#socket = socket
    socket.on('error', () => {}) // 'close' follows, and says all that matters
    socket.on('close', () => this.#lost())
    socketLines(socket, longestAnswer, line => this.#heard(line))
  }

  #heard(line: string): void {
    const parsed = compiledSchema(fromRunnerSchema).safeParse(parseJson(line))
    if (!parsed.success) {
      this.#deps.log.warn('the runner said something that is no message')
      return
    }
    const message: FromRunner = parsed.data
    switch (message.type) {
      case 'hello':
        this.#greeted(message)
        break
      case 'changed': {
        const { type: _, ...change } = message
        this.#deps.onChanged(change)
        break
      }
      case 'answer':
        this.#questions.answer(message.id, { ok: true, value: message.value })
        break
      case 'refusal': {
        const { id, code, detail } = message
        this.#questions.answer(id, { ok: false, code, detail })
        break
      }
      case 'debug':
        this.#deps.onDebug(message)
        break
      case 'dap':
      case 'dap_child':
      case 'dap_closed':
        this.#dap.heard(message)
        break
    }
  }

  #greeted({ instance, isolation, limits }: Extract<FromRunner, { type: 'hello' }>): void {
    this.#instance = instance
    this.#offers = { isolation, limits }
    this.#attempt = 0
    this.#deps.log.info({ runner: instance }, 'connected to the runner')
    this.#send({ type: 'wake' })
    this.#deps.onChanged({})
    this.#deps.onConnected()
    for (const settle of [...this.#waiting]) settle(true)
  }

  #lost(): void {
    if (this.#instance !== undefined) {
      this.#deps.log.warn({ runner: this.#instance }, 'lost the runner')
      this.#lostAt = performance.now()
    }
    this.#instance = undefined
    this.#offers = undefined
    this.#questions.answerAll(lost)
    this.#dap.lost()
    if (this.#closed) return
    const pause = pauses[Math.min(this.#attempt, pauses.length - 1)] ?? 1000
    this.#attempt++
    this.#timer = setTimeout(() => this.#connect(), pause)
  }

  /** False where it is longer than the runner takes. */
  #send(message: ToRunner): boolean {
    const line = JSON.stringify(message)
    if (line.length > longestAsk) return false
    this.#socket?.write(`${line}\n`)
    return true
  }
}

const away: LiveAnswer = {
  ok: false,
  code: 'runner_unavailable',
  detail: 'no runner is connected: in the clone, npx task up starts it',
}
const lost: LiveAnswer = {
  ok: false,
  code: 'runner_unavailable',
  detail:
    'the connection to the runner was lost before it answered: see with debug status, or in the output, what was done',
}
const tooLong: LiveAnswer = {
  ok: false,
  code: 'body_too_large',
  detail: 'the input is larger than a debugger is asked',
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
