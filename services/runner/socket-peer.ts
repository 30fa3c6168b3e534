import type { Socket } from 'node:net'
import { compiledSchema } from '../../lib/compiled-schema.ts'
import { socketLines } from '../../lib/socket-lines.ts'
import type { SessionId } from '../contract/ids.ts'
import {
  type Ask,
  type FromRunner,
  type Hold,
  type LiveAnswer,
  longestAsk,
  type Present,
  type Terminal,
  type ToRunner,
  toRunnerSchema,
  type Unshared,
} from '../contract/runner-messages.ts'
import type { ToRunnerTunnel } from '../contract/tunnel.ts'
import type { PeerEditors } from './debug/editors/peer-editors.ts'
import { saidLine } from './said-line.ts'

/** What one peer may cost: what it does not read, in bytes, and questions that are not answered yet. */
const mostUnread = 16 * 1024 * 1024
const mostAsked = 256

/** What is done with what peers say. */
export type PeerHandlers = {
  readonly woken: () => void
  /** Answers may come in any order. Never rejects. */
  readonly asked: (ask: Ask) => Promise<LiveAnswer>
  /** Who is connected to debuggers through this peer, and that it has gone. */
  readonly present: (peer: object, present: Present) => void
  readonly left: (peer: object) => void
  /** Who has lost a role on a session's debuggers. */
  readonly unshared: (unshared: Unshared) => void
  /** What is typed into the terminal of a command. */
  readonly typed: (terminal: Terminal) => Promise<LiveAnswer>
  /** Those who debug through a peer in DAP, from its connection to its end. */
  readonly editors: (say: (message: FromRunner) => void) => PeerEditors
  /** Joins a peer with a port or a socket of a session; `opened` tells that it is open. A refusal, where it never was. */
  readonly tunnelled: (
    peer: Socket,
    asked: ToRunnerTunnel,
    opened: () => void,
  ) => Promise<LiveAnswer | undefined>
  /** What its host has. */
  readonly surveyed: () => Promise<LiveAnswer>
  /** Which processes of a session run. */
  readonly processes: (session: SessionId) => Promise<LiveAnswer>
  /** No debuggee is to be taken as long as this peer is there. */
  readonly held: (peer: object, hold: Hold) => Promise<LiveAnswer>
  /** The runner's figures. */
  readonly measured: () => Promise<LiveAnswer>
}

/** One who is connected to the runner's socket. Who says anything that is no message, or does not read, is cut off. */
export class SocketPeer {
  readonly #socket: Socket
  readonly #handlers: PeerHandlers
  readonly #editors: PeerEditors
  readonly #lines: Disposable
  /** It carries the bytes of a tunnel from now on. */
  #isTunnel = false
  #asked = 0

  constructor(socket: Socket, handlers: PeerHandlers) {
    this.#socket = socket
    this.#handlers = handlers
    this.#editors = handlers.editors(message => this.say(message))
    socket.once('close', () => this.#editors[Symbol.dispose]())
    socket.on('error', () => socket.destroy())
    socket.once('close', () => handlers.left(this))
    socket.on('end', () => !this.#isTunnel && socket.end())
    this.#lines = socketLines(socket, longestAsk, line => this.#heard(line))
  }

  say(message: FromRunner): void {
    this.write(saidLine(message))
  }

  /** A whole line, which the caller may have for others as well. */
  write(line: string): void {
    if (this.#isTunnel) return
    if (this.#socket.writableLength > mostUnread) this.#socket.destroy()
    else if (this.#socket.writable) this.#socket.write(line)
  }

  cut(): void {
    this.#socket.destroy()
  }

  #heard(line: string): void {
    const message = messageOf(line)
    switch (message?.type) {
      case undefined:
        this.cut()
        break
      case 'wake':
        this.#handlers.woken()
        break
      case 'ask':
        void this.#answer(message.id, () => this.#handlers.asked(message))
        break
      case 'present':
        this.#handlers.present(this, message)
        break
      case 'unshared':
        this.#handlers.unshared(message)
        break
      case 'terminal':
        void this.#answer(message.id, () => this.#handlers.typed(message))
        break
      case 'dap_open':
      case 'dap':
      case 'dap_close':
        this.#editors.heard(message)
        break
      case 'tunnel':
        void this.#tunnel(message)
        break
      case 'survey':
        void this.#answer(message.id, this.#handlers.surveyed)
        break
      case 'processes':
        void this.#answer(message.id, () => this.#handlers.processes(message.session))
        break
      case 'hold':
        void this.#answer(message.id, () => this.#handlers.held(this, message))
        break
      case 'measure':
        void this.#answer(message.id, this.#handlers.measured)
        break
    }
  }

  async #tunnel(asked: ToRunnerTunnel): Promise<void> {
    this.#lines[Symbol.dispose]()
    this.#isTunnel = true
    const { id } = asked
    const say = (message: FromRunner) => void this.#socket.write(`${JSON.stringify(message)}\n`)
    const opened = () => say({ type: 'tunnel_open', id })
    const refusal = await this.#handlers.tunnelled(this.#socket, asked, opened).catch(mistake)
    if (refusal === undefined || refusal.ok) return
    const { code, detail } = refusal
    say({ type: 'refusal', id, code, detail })
    this.#socket.destroySoon()
  }

  async #answer(id: number, work: () => Promise<LiveAnswer>): Promise<void> {
    if (this.#asked >= mostAsked) {
      const detail = `the runner takes ${mostAsked} questions at a time: wait for an answer`
      return this.say({ type: 'refusal', id, code: 'too_many_calls', detail })
    }
    this.#asked++
    const answer = await work().catch(mistake)
    this.#asked--
    if (!answer.ok) return this.say({ type: 'refusal', id, code: answer.code, detail: answer.detail })
    this.say({ type: 'answer', id, value: answer.value })
  }
}

/** A promise broken by who answers. Its words may hold what nobody should read. */
const mistake = (): LiveAnswer => ({ ok: false, code: 'internal', detail: 'the runner made a mistake' })

function messageOf(line: string): ToRunner | undefined {
  try {
    return compiledSchema(toRunnerSchema).safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
