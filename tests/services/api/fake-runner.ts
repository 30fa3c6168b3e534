import { statSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { socketLines } from '../../../lib/socket-lines.ts'
import type { CommandFailure, CommandStatus } from '../../../services/contract/command-state.ts'
import type { DapAnswer, DebuggedProcess, ToRunnerDap } from '../../../services/contract/dap.ts'
import type { Viewer } from '../../../services/contract/debug-control.ts'
import { type DebugEvent, newsOf } from '../../../services/contract/debug-news.ts'
import type { SessionProcess } from '../../../services/contract/debug-process.ts'
import {
  type CommandId,
  type InstanceId,
  instanceId,
  type SessionId,
} from '../../../services/contract/ids.ts'
import type { LogStream } from '../../../services/contract/log-message.ts'
import {
  type Ask,
  type FromRunner,
  type LiveAnswer,
  longestAsk,
  type Survey,
  type ToRunner,
  toRunnerSchema,
  type Unshared,
} from '../../../services/contract/runner-messages.ts'
import type { ToRunnerTunnel } from '../../../services/contract/tunnel.ts'
import { endCommand, getCommand, startCommand } from '../../../services/store/commands.ts'
import type { DataFiles } from '../../../services/store/files.ts'
import { getRepository } from '../../../services/store/repositories.ts'
import { recordFetch, recordFetchFailure } from '../../../services/store/repository-fetches.ts'
import { registerRunner } from '../../../services/store/runners.ts'
import { registerInstance } from '../../../services/store/service-instances.ts'
import { moveSession, removeSession } from '../../../services/store/session-transitions.ts'
import type { Store } from '../../../services/store/store.ts'
import { until } from './until.ts'

type FakeAnswer =
  | { type: 'dap'; message: DapAnswer }
  | { type: 'dap_child'; child: DebuggedProcess }
  | { type: 'dap_closed' }

/**
 * Plays the runner: speaks its protocol on its socket, and moves rows and log files as a test commands it. It does
 * nothing by itself, so that a test decides what the API finds at each moment.
 */
export class FakeRunner implements AsyncDisposable {
  readonly instance: InstanceId = instanceId.create()
  readonly #store: Store
  readonly #files: DataFiles
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer(socket => this.#accept(socket))
  #wakes = 0
  #onWake: (() => void) | undefined
  /** Whether who connects is greeted. One that is stopped accepts connections and says nothing. */
  greets = true
  /** What it has been asked, and nobody has answered for it yet. */
  readonly asks: Ask[] = []
  /** Answers for it. Without one, and where that says nothing, questions stay in `asks`. */
  debugger: ((ask: Ask) => LiveAnswer | undefined) | undefined
  /** What is done with who asks for a way into a session; without, nothing. */
  tunnel: ((socket: Socket, asked: ToRunnerTunnel) => void) | undefined
  /** What is said to who speaks DAP; without, nothing. */
  editor: ((message: ToRunnerDap) => FakeAnswer[]) | undefined
  readonly #askers = new Map<Ask, Socket>()
  /** Who is connected to the debuggers of each session, as the API has told last. */
  readonly present = new Map<SessionId, readonly Viewer[]>()
  /** Whose role has ended, as the API has told. */
  readonly unshared: Omit<Unshared, 'type'>[] = []
  /** How many have connected so far. */
  connections = 0
  /** How often it was asked what its host has. */
  surveys = 0
  /** What it says runs in a session. */
  processes: readonly SessionProcess[] = []
  /** What it says that its host has; undefined: it says nothing. */
  host: Survey | undefined = { environments: [], debuggers: [] }
  /** What it tells of itself; undefined: it says nothing. */
  figures: unknown
  /** Whether hints are sent; without them the API has to find out by itself. */
  hints = true

  constructor(store: Store, files: DataFiles) {
    this.#store = store
    this.#files = files
  }

  async listen(path: string): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(path, resolve))
  }

  /** Has the store know it, as a runner that takes leases, at this address if it listens anywhere. */
  async register(address?: string): Promise<void> {
    if (address !== undefined)
      await registerInstance(this.#store, {
        ...{ id: this.instance, service: 'runner', pid: process.pid, process_started: '1' },
        ...{ address, started_at: now() },
      })
    await registerRunner(this.#store, {
      ...{ instance_id: this.instance, host: 'here', pid: process.pid, process_started: '1' },
      ...{ process_scope: 'scope', term_ms: 10_000, now: now() },
    })
  }

  get wakes(): number {
    return this.#wakes
  }

  /** Resolves at the next wake-up. */
  nextWake(): Promise<void> {
    return new Promise(resolve => {
      this.#onWake = resolve
    })
  }

  say(message: FromRunner | string): void {
    const line = typeof message === 'string' ? message : JSON.stringify(message)
    for (const socket of this.#sockets) socket.write(`${line}\n`)
  }

  happens(event: Omit<DebugEvent, 'by'> & Partial<DebugEvent>): void {
    this.say({ type: 'debug', ...newsOf({ by: null, ...event }) })
  }

  /** Takes the next question that nobody has answered. */
  async nextAsk(operation: Ask['operation']): Promise<Ask> {
    await until(() => this.asks.some(ask => ask.operation === operation), `asked ${operation}`)
    const index = this.asks.findIndex(ask => ask.operation === operation)
    const [ask] = this.asks.splice(index, 1)
    if (ask === undefined) throw new Error('it was there')
    return ask
  }

  /** Answers one that `nextAsk` gave; whether its asker is still there. */
  answer(ask: Ask, answer: LiveAnswer): void {
    const message: FromRunner = answer.ok
      ? { type: 'answer', id: ask.id, value: answer.value }
      : { type: 'refusal', id: ask.id, code: answer.code, detail: answer.detail }
    this.#askers.get(ask)?.write(`${JSON.stringify(message)}\n`)
    this.#askers.delete(ask)
  }

  async fetched(repository: Parameters<typeof recordFetch>[1]): Promise<void> {
    await recordFetch(this.#store, repository, 'main', await this.#fetchEnd(repository))
    this.#changed({ repository })
  }

  async fetchFailed(repository: Parameters<typeof recordFetch>[1], message: string): Promise<void> {
    const failure = { reason: 'unreachable', message } as const
    await recordFetchFailure(this.#store, repository, failure, await this.#fetchEnd(repository))
    this.#changed({ repository })
  }

  async #fetchEnd(repository: Parameters<typeof recordFetch>[1]) {
    const { fetches_wanted } = await getRepository(this.#store, repository)
    return { now: now(), did: fetches_wanted, next: () => null }
  }

  async session(
    id: SessionId,
    ...statuses: ('starting' | 'running' | 'stopping' | 'stopped')[]
  ): Promise<void> {
    for (const to of statuses) await moveSession(this.#store, id, to, { now: now() })
    this.#changed({ session: id })
  }

  async failSession(id: SessionId): Promise<void> {
    const failure = { reason: 'commit_not_found', message: 'no such commit' } as const
    await moveSession(this.#store, id, 'failed', { now: now(), failure })
    this.#changed({ session: id })
  }

  async remove(id: SessionId): Promise<void> {
    await removeSession(this.#store, id)
    this.#changed({ session: id })
  }

  async start(session: SessionId, command: CommandId): Promise<void> {
    await mkdir(this.#files.command(session, command), { recursive: true })
    await startCommand(this.#store, command, now())
    this.#changed({ session, command })
  }

  /** What a command writes: no hint goes with it, as none does with a real one. */
  async write(
    session: SessionId,
    command: CommandId,
    stream: LogStream,
    data: string | Buffer,
  ): Promise<void> {
    await mkdir(this.#files.command(session, command), { recursive: true })
    await appendFile(this.#files.log(session, command, stream), data)
  }

  async end(
    session: SessionId,
    command: CommandId,
    to: CommandStatus = 'succeeded',
    exit_code: number | null = 0,
    failure: CommandFailure | null = null,
  ): Promise<void> {
    const size = (stream: LogStream) =>
      statSync(this.#files.log(session, command, stream), { throwIfNoEntry: false })?.size ?? 0
    const lengths = { stdout_bytes: size('stdout'), stderr_bytes: size('stderr') }
    await endCommand(this.#store, command, to, { exit_code, failure, ...lengths }, now())
    this.#changed({ session, command })
  }

  /** Starts it, writes what it says, ends it. */
  async play(
    command: CommandId,
    said: { stdout?: string | Buffer; stderr?: string | Buffer } = {},
  ): Promise<void> {
    const row = await getCommand(this.#store, command)
    if (row === undefined) throw new Error(`no ${command}`)
    await this.start(row.session_id, command)
    if (said.stdout !== undefined) await this.write(row.session_id, command, 'stdout', said.stdout)
    if (said.stderr !== undefined) await this.write(row.session_id, command, 'stderr', said.stderr)
    await this.end(row.session_id, command)
  }

  /** Drops every connection, as a runner that is killed does. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #changed(change: Omit<Extract<FromRunner, { type: 'changed' }>, 'type'>): void {
    if (this.hints) this.say({ type: 'changed', ...change })
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    this.connections++
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    socketLines(socket, longestAsk, line => this.#heard(socket, toRunnerSchema.parse(JSON.parse(line))))
    if (this.greets)
      socket.write(
        `${JSON.stringify({ type: 'hello', instance: this.instance, isolation: 'none', limits: 'sampled' } satisfies FromRunner)}\n`,
      )
  }

  #heard(socket: Socket, message: ToRunner): void {
    if (message.type === 'wake') {
      this.#wakes++
      this.#onWake?.()
      return
    }
    if (message.type === 'present') {
      this.present.set(message.session, message.viewers)
      return
    }
    if (message.type === 'unshared') {
      const { type: _, ...told } = message
      this.unshared.push(told)
      return
    }
    if (message.type === 'survey') {
      this.surveys++
      if (this.host === undefined) return
      socket.write(
        `${JSON.stringify({ type: 'answer', id: message.id, value: this.host } satisfies FromRunner)}\n`,
      )
      return
    }
    if (message.type === 'measure') {
      if (this.figures === undefined) return
      const answer: FromRunner = { type: 'answer', id: message.id, value: this.figures }
      socket.write(`${JSON.stringify(answer)}\n`)
      return
    }
    if (message.type === 'terminal') {
      const { id, action } = message
      const value =
        action.kind === 'type'
          ? { taken: Buffer.from(action.base64, 'base64').length }
          : { columns: action.columns, rows: action.rows }
      socket.write(`${JSON.stringify({ type: 'answer', id, value } satisfies FromRunner)}\n`)
      return
    }
    if (message.type === 'processes') {
      const { id } = message
      socket.write(`${JSON.stringify({ type: 'answer', id, value: this.processes } satisfies FromRunner)}\n`)
      return
    }
    if (message.type === 'tunnel') {
      this.tunnel?.(socket, message)
      return
    }
    // The API holds no debuggees.
    if (message.type === 'hold') return
    if (message.type !== 'ask') {
      const { client } = message
      for (const said of this.editor?.(message) ?? [])
        socket.write(`${JSON.stringify({ ...said, client } satisfies FromRunner)}\n`)
      return
    }
    this.#askers.set(message, socket)
    const answer = this.debugger?.(message)
    if (answer === undefined) this.asks.push(message)
    else this.answer(message, answer)
  }
}

const now = () => new Date().toISOString()
