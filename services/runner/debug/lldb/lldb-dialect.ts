import { basename, join } from 'node:path'
import { z } from 'zod'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import { RequestRefused } from '../bridge.ts'
import { anyBodySchema, type Capabilities, capabilitiesSchema } from '../dap-messages.ts'
import { shellContext } from '../engine.ts'
import { BeginningFailed, type Dialect, type Speaker, Unlaunchable } from '../within/dap-within.ts'
import { refuseToGoOn } from '../within/refuse-to-go-on.ts'
import { requireRequest } from '../within/require-request.ts'
import { exitCodeIn, hasGone, packetHistory, processInfo } from './exit-packet.ts'
import { LldbCalls } from './lldb-calls.ts'
import {
  exitedSchema,
  type LldbStopped,
  processSchema,
  saidSchema,
  stoppedSchema,
  toldSchema,
} from './lldb-messages.ts'
import { LldbPause } from './lldb-pause.ts'
import { signalStop } from './signal-stop.ts'
import { throughShell } from './through-shell.ts'

/** In milliseconds: what takes the time is reading symbols. */
const answerMs = 30_000
/** How long it may take to tell how the debuggee has ended. */
const historyMs = 2_000
/** How long a panic may take to say what it is about, and what C++ throws to say of which type it is. */
const thrownMs = 2_000
/** lldb-dap's words for a stop where C++ throws. */
const cppThrow = 'C++ Throw'

/** What lldb is to debug; paths are absolute. */
export type LldbTarget = {
  readonly program: string
  readonly arguments: readonly string[]
  readonly core: string | null
  /** A process that runs already, in place of a program that is started. */
  readonly pid: number | null
  /** It waits in a SIGSTOP for that, which this takes back. */
  readonly wake?: () => Promise<void>
  readonly directory: string
}

type Stops = Pick<DebugRequest, 'exceptions' | 'stop_on_entry'>

/** Nothing of the worktree, the home or the network has a say in how lldb behaves; symbols are read when they are needed. */
const settings = [
  'settings set target.load-cwd-lldbinit false',
  'settings set target.load-script-from-symbol-file false',
  'settings set symbols.enable-external-lookup false',
  'settings set target.preload-symbols false',
  // It would lie beside the file.
  'script import sys; sys.dont_write_bytecode = True',
  ...['debug_server_rust.py', 'debug_server_structures.py', 'debug_server_thrown.py'].map(
    file => `command script import "${join(import.meta.dirname, file)}"`,
  ),
]

/** An error of the program itself causes these, and ends it. */
const errors = 'SIGSEGV SIGBUS SIGFPE SIGILL SIGABRT SIGSYS'
/** Others that lldb would stop at: somebody sends them, and some mean no end. SIGSTOP is how lldb pauses. */
const others =
  'SIGHUP SIGINT SIGQUIT SIGPIPE SIGTERM SIGUSR1 SIGUSR2 SIGXCPU SIGXFSZ SIGCONT SIGTSTP SIGTTIN SIGTTOU SIGPWR'
const passing = 'process handle --pass true --stop false --notify false'

/** What lldb-dap says and wants, in the terms of the protocol. */
export class LldbDialect implements Dialect {
  readonly probe = { command: 'threads', parameters: {} }
  readonly #target: LldbTarget
  readonly #stops: Stops
  #capabilities: Capabilities = capabilitiesSchema.parse({})
  #to: Speaker | undefined
  #process = 0
  #status: number | undefined
  /** Where it stood when it was launched. */
  #thread = 0
  /** Which breakpoint stands for the entry; null where there is no place for one. */
  #entry: number | null | undefined
  /** Which breakpoint stands for panics. */
  #panics: number | undefined
  /** What it stands at, where that is a panic or what C++ throws. */
  #thrown: { readonly exceptionId: string; readonly description?: string } | undefined
  readonly #pause = new LldbPause(
    () =>
      void this.#to?.ask('pause', { threadId: this.#thread }, anyBodySchema, answerMs).catch(() => undefined),
  )
  readonly #calls: LldbCalls
  readonly #tell: (name: string, body: unknown) => void

  /** `tell`: an event that lldb-dap does not tell. */
  constructor(target: LldbTarget, stops: Stops, tell: (name: string, body: unknown) => void) {
    this.#target = target
    this.#stops = stops
    this.#tell = tell
    this.#calls = new LldbCalls(command => this.#said(command, historyMs), tell)
  }

  async begin(to: Speaker): Promise<unknown> {
    this.#to = to
    const body = await to.ask(
      'initialize',
      { ...to.client, sourceInitFile: false },
      z.looseObject({}),
      answerMs,
    )
    this.#capabilities = capabilitiesSchema.parse(body)
    const { program, core, directory } = this.#target
    const there = to.next('initialized')
    if (core !== null) {
      await to.ask('attach', { program, coreFile: core, initCommands: settings }, anyBodySchema, answerMs)
      await there
      await this.#said('debug-server-rust')
    } else if (this.#target.pid !== null) {
      const stopped = to.next('stopped')
      const exited = to.next('exited')
      const attach = { pid: this.#target.pid, stopOnEntry: true, initCommands: settings }
      await to.ask('attach', attach, anyBodySchema, answerMs)
      await there
      await to.ask('configurationDone', {}, anyBodySchema, answerMs)
      this.#thread = await this.#begun(stopped, exited)
      await this.#target.wake?.()
      await this.#ready()
      // It stands in the middle of things.
      if (this.#stops.stop_on_entry) this.#entry = null
    } else {
      const words = throughShell([program, ...this.#target.arguments])
      const launch = { ...words, cwd: directory, disableSTDIO: true, initCommands: settings }
      const stopped = to.next('stopped')
      const exited = to.next('exited')
      await to.ask('launch', launch, anyBodySchema, answerMs)
      await there
      await to.ask('configurationDone', {}, anyBodySchema, answerMs)
      // The shell has become the program, which has run nothing yet.
      this.#thread = await this.#begun(stopped, exited)
      await this.#ready()
    }
    return body
  }

  request(command: string, parameters: object): { command: string; parameters: object } {
    if (command === 'disconnect' && this.#target.pid !== null)
      return { command, parameters: { terminateDebuggee: false } }
    if (command === 'debugServerTrace') return this.#trace(parameters)
    requireRequest(command, this.#capabilities, 'lldb-dap')
    if (this.#target.core !== null) {
      refuseToGoOn(command)
      return { command, parameters: command === 'evaluate' ? evaluation(parameters) : parameters }
    }
    switch (command) {
      case 'configurationDone':
        if (this.#entry !== null) {
          this.#pause.sentOn()
          return { command: 'continue', parameters: { threadId: this.#thread } }
        }
        this.#tell('stopped', { reason: 'entry', threadId: this.#thread, allThreadsStopped: true })
        return this.probe
      case 'evaluate':
        return { command, parameters: evaluation(parameters) }
      case 'continue':
      case 'next':
      case 'stepIn':
      case 'stepOut':
        this.#pause.sentOn()
        break
      case 'pause':
        this.#pause.asked()
        break
    }
    return { command, parameters }
  }

  before(command: string): Promise<unknown> | undefined {
    return command === 'pause' ? this.#pause.ready() : undefined
  }

  answered(command: string, body: unknown): unknown {
    if (command === 'debugServerTrace') return this.#calls.answered(body)
    if (command !== 'exceptionInfo' || this.#thrown === undefined) return undefined
    return { ...this.#thrown, breakMode: 'always' }
  }

  event(name: string, body: unknown): { name: string; body: unknown } | undefined {
    switch (name) {
      case 'output':
        if (this.#calls.heard(body)) return undefined
        break
      case 'process':
        this.#process = processSchema.safeParse(body).data?.systemProcessId ?? 0
        break
      case 'continued':
        this.#pause.goesOn()
        break
      case 'exited':
        this.#pause.stands()
        this.#status = exitedSchema.safeParse(body).data?.exitCode
        return undefined
      case 'stopped': {
        const { success, data } = compiledSchema(stoppedSchema).safeParse(body)
        if (!success) return undefined
        this.#thrown = undefined
        const stop = this.#stopped(data)
        const panics = this.#panics !== undefined && stop.hitBreakpointIds?.includes(this.#panics) === true
        const throws = stop.reason === 'exception' && stop.description === cppThrow
        if (!panics && !throws && !this.#calls.any) return { name, body: stop }
        void this.#calls.settle().then(() => {
          if (panics) return this.#panicked(stop, this.#panics)
          return throws ? this.#throws(stop) : this.#tell(name, stop)
        })
        return undefined
      }
    }
    return { name, body }
  }

  async exitCode(): Promise<number | undefined> {
    const told = (command: string) => this.#said(command, historyMs).catch(() => '')
    await this.#calls.settle(true)
    const code = exitCodeIn(await told(packetHistory), this.#process) ?? this.#status
    if (code === undefined || code >= 0) return code
    // lldb-server has gone. It does so untold where the program was killed while it stood, which it can be by SIGKILL alone.
    return hasGone(await told(processInfo(this.#process))) ? 128 + 9 : undefined
  }

  async ended(): Promise<void> {
    this.#pause[Symbol.dispose]()
  }

  /** The thread that stands. */
  async #begun(stopped: Promise<unknown>, exited: Promise<unknown>): Promise<number> {
    const late = AbortSignal.timeout(answerMs)
    const { promise, reject } = Promise.withResolvers<never>()
    const giveUp = () => reject(new BeginningFailed(`${this.#target.program} was not there in time`))
    late.addEventListener('abort', giveUp)
    const gone = exited.then(() => {
      throw new Unlaunchable(`${this.#target.program} could not be run; the log says why`)
    })
    try {
      const stop = stoppedSchema.safeParse(await Promise.race([stopped, gone, promise]))
      return stop.data?.threadId ?? 0
    } finally {
      late.removeEventListener('abort', giveUp)
    }
  }

  async #ready(): Promise<void> {
    const { exceptions, stop_on_entry } = this.#stops
    const commands = [
      'settings set target.process.stop-on-exec false',
      exceptions === 'never' ? `${passing} ${errors}` : `process handle --pass true ${errors}`,
      `${passing} ${others}`,
      'debug-server-rust',
    ]
    const said = await Promise.all(commands.map(command => this.#said(command)))
    if (exceptions !== 'never' && said.at(-1)?.startsWith('rust') === true)
      this.#panics = (await this.#breakAt('--name rust_panic')) ?? undefined
    if (!stop_on_entry || this.#target.pid !== null) return
    const { program } = this.#target
    this.#entry = await this.#breakAt(`--shlib "${basename(program)}" --name main --one-shot true`)
  }

  #trace(parameters: object) {
    const commands = this.#calls.commands(parameters)
    if (commands === undefined) throw new RequestRefused('lldb holds nothing back')
    const asked = commands.map(expression => ({ expression, context: 'repl' }))
    for (const earlier of asked.slice(0, -1))
      void this.#to?.ask('evaluate', earlier, anyBodySchema, answerMs).catch(() => undefined)
    return { command: 'evaluate', parameters: asked.at(-1) ?? {} }
  }

  /** What a command of lldb's own answers, behind the command itself. */
  async #said(expression: string, ms = answerMs): Promise<string> {
    const answer = await this.#to?.ask('evaluate', { expression, context: 'repl' }, saidSchema, ms)
    return answer?.result.replace(/^\(lldb\) .*\n/, '') ?? ''
  }

  /** The number of a breakpoint; null where there is no place for one. */
  async #breakAt(where: string): Promise<number | null> {
    const said = await this.#said(`breakpoint set ${where}`)
    const [, id, found] = /Breakpoint (\d+): (no locations|where|\d+ locations)/.exec(said) ?? []
    return id === undefined || found === 'no locations' ? null : Number(id)
  }

  /** Tells of a panic with what it says. */
  async #panicked(stop: LldbStopped, id: number | undefined): Promise<void> {
    const message = await this.#toldBy('debug-server-panic')
    this.#thrown =
      message === null ? { exceptionId: 'panic' } : { exceptionId: 'panic', description: message }
    const hitBreakpointIds = stop.hitBreakpointIds?.filter(other => other !== id)
    const told = { description: 'panic', text: message ?? undefined, hitBreakpointIds }
    this.#tell('stopped', { ...stop, reason: 'exception', ...told })
  }

  /** Tells of what C++ throws with its type. */
  async #throws(stop: LldbStopped): Promise<void> {
    const type = await this.#toldBy(`debug-server-thrown ${stop.threadId}`)
    if (type !== null) this.#thrown = { exceptionId: type }
    this.#tell('stopped', { ...stop, description: type ?? cppThrow })
  }

  async #toldBy(command: string): Promise<string | null> {
    const said = await this.#said(command, thrownMs).catch(() => undefined)
    return toldSchema.safeParse(said).data ?? null
  }

  #stopped(stop: LldbStopped): LldbStopped {
    const wasPausing = this.#pause.stands()
    const { hitBreakpointIds: ids = [], description = '' } = stop
    // It has gone by now, and lldb-dap tells it as the breakpoint 0.
    const isEntry = (id: number) => typeof this.#entry === 'number' && (id === this.#entry || id === 0)
    if (ids.some(isEntry)) {
      const others = ids.filter(id => !isEntry(id))
      this.#entry = undefined
      return { ...stop, hitBreakpointIds: others, reason: others.length === 0 ? 'entry' : stop.reason }
    }
    // It may have been between two instructions, over a breakpoint.
    if (wasPausing && (stop.reason === 'step' || signalStop(description)?.name === 'SIGSTOP'))
      return { ...stop, reason: 'pause' }
    if (description.startsWith('watchpoint ')) return { ...stop, reason: 'data breakpoint' }
    return stop
  }
}

/**
 * Only what is asked in the context `shell` is a command of lldb, which may do whatever a shell may. In that of `repl`, as
 * editors have it, lldb-dap would take any for one.
 */
function evaluation(parameters: object): object {
  const isShell = 'context' in parameters && parameters.context === shellContext
  return { ...parameters, context: isShell ? 'repl' : 'watch' }
}
