import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import { RequestRefused } from '../bridge.ts'
import { anyBodySchema, type Capabilities, capabilitiesSchema } from '../dap-messages.ts'
import { shellContext } from '../engine.ts'
import { BeginningFailed, type Dialect, type Speaker } from '../within/dap-within.ts'
import { requireRequest } from '../within/require-request.ts'
import { ExitStatuses } from './exit-statuses.ts'
import { exitedSchema, type LldbStopped, processSchema, saidSchema, stoppedSchema } from './lldb-messages.ts'
import { signalStop } from './signal-stop.ts'
import { throughShell } from './through-shell.ts'

/** In milliseconds: what takes the time is reading symbols. */
const answerMs = 30_000
/** How long the log may take to say what the adapter has been told already. */
const statusMs = 500

/** What lldb is to debug; paths are absolute. */
export type LldbTarget = {
  readonly program: string
  readonly arguments: readonly string[]
  readonly core: string | null
  readonly directory: string
}

type Stops = Pick<DebugRequest, 'exceptions' | 'stop_on_entry'>

/** Nothing of the worktree, the home or the network has a say in how lldb behaves; symbols are read when they are needed. */
const settings = [
  'settings set target.load-cwd-lldbinit false',
  'settings set target.load-script-from-symbol-file false',
  'settings set symbols.enable-external-lookup false',
  'settings set target.preload-symbols false',
]

/** An error of the program itself causes these, and ends it. */
const errors = 'SIGSEGV SIGBUS SIGFPE SIGILL SIGABRT SIGSYS'
/** Others that lldb would stop at: somebody sends them, and some mean no end. SIGSTOP is how lldb pauses. */
const others =
  'SIGHUP SIGINT SIGQUIT SIGPIPE SIGTERM SIGUSR1 SIGUSR2 SIGXCPU SIGXFSZ SIGCONT SIGTSTP SIGTTIN SIGTTOU SIGPWR'
const passing = 'process handle --pass true --stop false --notify false'

/** What a core dump does not do. */
const goesOn: ReadonlySet<string> = new Set(['continue', 'next', 'stepIn', 'stepOut', 'pause'])

/** What lldb-dap says and wants, in the terms of the protocol. */
export class LldbDialect implements Dialect {
  readonly probe = { command: 'threads', parameters: {} }
  readonly #target: LldbTarget
  readonly #stops: Stops
  readonly #statuses = new ExitStatuses()
  #capabilities: Capabilities = capabilitiesSchema.parse({})
  #process = 0
  #status: number | undefined
  /** Where it stood when it was launched. */
  #thread = 0
  /** Which breakpoint stands for the entry; null where there is no place for one. */
  #entry: number | null | undefined
  #isPausing = false
  readonly #tell: (name: string, body: unknown) => void

  /** `tell`: an event that lldb-dap does not tell. */
  constructor(target: LldbTarget, stops: Stops, tell: (name: string, body: unknown) => void) {
    this.#target = target
    this.#stops = stops
    this.#tell = tell
  }

  async begin(to: Speaker): Promise<unknown> {
    to.pipes.notes.on('data', (piece: Buffer) => this.#statuses.push(piece))
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
      await this.#ready(to)
    }
    return body
  }

  request(command: string, parameters: object): { command: string; parameters: object } {
    requireRequest(command, this.#capabilities, 'lldb-dap')
    if (this.#target.core !== null) {
      if (goesOn.has(command))
        throw new RequestRefused('a core dump does not go on: it tells how a program has ended')
      return { command, parameters: command === 'evaluate' ? evaluation(parameters) : parameters }
    }
    switch (command) {
      case 'configurationDone':
        if (this.#entry !== null) return { command: 'continue', parameters: { threadId: this.#thread } }
        this.#tell('stopped', { reason: 'entry', threadId: this.#thread, allThreadsStopped: true })
        return this.probe
      case 'evaluate':
        return { command, parameters: evaluation(parameters) }
      case 'pause':
        this.#isPausing = true
        break
    }
    return { command, parameters }
  }

  event(name: string, body: unknown): { name: string; body: unknown } | undefined {
    switch (name) {
      case 'process':
        this.#process = processSchema.safeParse(body).data?.systemProcessId ?? 0
        break
      case 'exited':
        this.#status = exitedSchema.safeParse(body).data?.exitCode
        return undefined
      case 'stopped': {
        const { success, data } = stoppedSchema.safeParse(body)
        return success ? { name, body: this.#stopped(data) } : undefined
      }
    }
    return { name, body }
  }

  async exitCode(): Promise<number | undefined> {
    const until = performance.now() + statusMs
    while (this.#statuses.of(this.#process) === undefined && performance.now() < until) await delay(1)
    return this.#statuses.of(this.#process) ?? this.#status
  }

  /** The thread that stands. */
  async #begun(stopped: Promise<unknown>, exited: Promise<unknown>): Promise<number> {
    const late = AbortSignal.timeout(answerMs)
    const { promise, reject } = Promise.withResolvers<never>()
    const giveUp = () => reject(new BeginningFailed(`${this.#target.program} was not there in time`))
    late.addEventListener('abort', giveUp)
    const gone = exited.then(() => {
      throw new BeginningFailed(`${this.#target.program} could not be run; the log says why`)
    })
    try {
      const stop = stoppedSchema.safeParse(await Promise.race([stopped, gone, promise]))
      return stop.data?.threadId ?? 0
    } finally {
      late.removeEventListener('abort', giveUp)
    }
  }

  async #ready(to: Speaker): Promise<void> {
    const { exceptions, stop_on_entry } = this.#stops
    const commands = [
      'settings set target.process.stop-on-exec false',
      exceptions === 'never' ? `${passing} ${errors}` : `process handle --pass true ${errors}`,
      `${passing} ${others}`,
    ]
    const run = async (expression: string) =>
      (await to.ask('evaluate', { expression, context: 'repl' }, saidSchema, answerMs)).result
    await Promise.all(commands.map(run))
    if (!stop_on_entry) return
    const said = await run(
      `breakpoint set --shlib "${basename(this.#target.program)}" --name main --one-shot true`,
    )
    const [, id, where] = /Breakpoint (\d+): (no locations|where|\d+ locations)/.exec(said) ?? []
    this.#entry = id === undefined || where === 'no locations' ? null : Number(id)
  }

  #stopped(stop: LldbStopped): LldbStopped {
    const wasPausing = this.#isPausing
    this.#isPausing = false
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
