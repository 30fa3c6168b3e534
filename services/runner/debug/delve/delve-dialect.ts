import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import type { TraceSet } from '../above/trace-request.ts'
import { RequestRefused } from '../bridge.ts'
import {
  anyBodySchema,
  type Capabilities,
  capabilitiesSchema,
  setBreakpointsBodySchema,
} from '../dap-messages.ts'
import { BeginningRefused, type Dialect, type Speaker, Unlaunchable } from '../within/dap-within.ts'
import { refuseToGoOn } from '../within/refuse-to-go-on.ts'
import { requireRequest } from '../within/require-request.ts'
import { buildErrors } from './build-errors.ts'
import { CallTracer } from './call-tracer.ts'
import { secretVariable } from './connecting-host.ts'

/** In milliseconds. */
const answerMs = 30_000
export const buildMs = 10 * 60_000
const leaveMs = 5_000
/** Of what a build says, in characters. */
const mostErrors = 10_000

/** What Delve is to debug; paths are absolute. */
export type DelveTarget = {
  /**
   * `debug`: a package's directory or a file, which Delve builds; `exec`: what was built; `local`: a process that runs
   * already, of this number; `core`: what was built, as it was when it left this core dump.
   */
  readonly mode: 'debug' | 'exec' | 'local' | 'core'
  readonly pid?: number
  /** That one waits in a SIGSTOP for Delve, which this takes back. */
  readonly wake?: () => Promise<void>
  readonly core?: string
  readonly program: string
  readonly arguments: readonly string[]
  /** Where the program starts. */
  readonly directory: string
  readonly worktree: string
  /** Where it is built, and what becomes of that. */
  readonly buildDirectory: string
  readonly output: string
  /** XDG_CONFIG_HOME of the program; null: it has none. */
  readonly configuration: string | null
}

type Stops = Pick<DebugRequest, 'exceptions' | 'stop_on_entry'>

const outputSchema = z.object({ category: z.string().optional(), output: z.string() })
const functionsSchema = z.looseObject({ breakpoints: z.array(z.looseObject({ name: z.string() })) })
const stoppedSchema = z.looseObject({
  reason: z.string(),
  text: z.string().optional(),
  threadId: z.int().optional(),
  hitBreakpointIds: z.array(z.int()).optional(),
})

type DelveStop = z.infer<typeof stoppedSchema> & { threadId: number }

const traceRequest = 'debugServerTrace'

const exceptionSchema = z.looseObject({ breakMode: z.string() })

/** How to come to commands of Delve's own, which nobody can. */
const ownHelp = "Type 'dlv help'"

/** Before the first line of the program itself; the process begins in Go's runtime. */
const entryFunction = { name: 'main.main' }

/** What the kernel says of a thread that is not there: to one that stands still that comes of SIGKILL alone. */
const noProcess = /no such process$/

/** What Delve's adapter says and wants, in the terms of the protocol. */
export class DelveDialect implements Dialect {
  readonly probe = { command: 'threads', parameters: {} }
  readonly #target: DelveTarget
  readonly #stops: Stops
  #capabilities: Capabilities = capabilitiesSchema.parse({})
  #to: Speaker | undefined
  /** On stderr: what a build says, above all. */
  #said = ''
  #status: number | undefined
  /** Function breakpoints of others, as long as it has not come to its entry. */
  #functions: readonly object[] = []
  #entry: number | undefined
  #awaitsEntry: boolean
  #wasKilled = false
  /** Where it has stopped last. */
  #thread = 1
  readonly #tell: (name: string, body: unknown) => void
  readonly #calls: CallTracer
  #traced: TraceSet = { unset: [] }

  /** `tell`: an event that Delve does not tell. */
  constructor(target: DelveTarget, stops: Stops, tell: (name: string, body: unknown) => void) {
    this.#target = target
    this.#stops = stops
    this.#tell = tell
    this.#calls = new CallTracer((...asked) => this.#ask(...asked), tell)
    this.#awaitsEntry = stops.stop_on_entry && (target.mode === 'debug' || target.mode === 'exec')
  }

  async begin(to: Speaker): Promise<unknown> {
    this.#to = to
    const body = await to.ask('initialize', to.client, z.looseObject({}), answerMs)
    this.#capabilities = capabilitiesSchema.parse(body)
    const { mode, program, directory, buildDirectory, output } = this.#target
    const launch = {
      ...{ mode, program, args: this.#target.arguments, cwd: directory },
      ...(mode === 'debug' ? { dlvCwd: buildDirectory, output } : {}),
      // Otherwise it would be sent on at once.
      ...(mode === 'core' ? { coreFilePath: this.#target.core, stopOnEntry: true } : {}),
      // What Delve itself is to have: see its engine.
      env: { XDG_CONFIG_HOME: this.#target.configuration, [secretVariable]: null },
      ...{ outputMode: 'local', stackTraceDepth: 10_000, hideSystemGoroutines: true },
    }
    const there = to.next('initialized')
    const [begin, how] =
      mode === 'local' ? (['attach', this.#attach()] as const) : (['launch', launch] as const)
    try {
      // The answer comes behind the event.
      await Promise.race([there, to.ask(begin, how, anyBodySchema, buildMs).then(() => there)])
    } catch (error) {
      if (!(error instanceof BeginningRefused)) throw error
      const said = buildErrors(this.#said, this.#target)
      throw new Unlaunchable(said ?? [error.message.trim(), this.#said.trim()].join('\n').trim())
    }
    await this.#target.wake?.()
    if (this.#awaitsEntry) await this.#setFunctions()
    return body
  }

  #attach(): object {
    return {
      ...{ mode: 'local', processId: this.#target.pid, stopOnEntry: this.#stops.stop_on_entry },
      ...{ stackTraceDepth: 10_000, hideSystemGoroutines: true },
    }
  }

  before(command: string, parameters: object): Promise<void> | undefined {
    return command === traceRequest ? this.#trace(parameters) : undefined
  }

  request(command: string, parameters: object): { command: string; parameters: object } {
    // All has been done.
    if (command === traceRequest) return this.probe
    const sent = this.#request(command, parameters)
    return { ...sent, parameters: this.#calls.request(sent.command, sent.parameters) }
  }

  answered(command: string, body: unknown): unknown {
    if (command === traceRequest) return this.#traced
    if (command !== 'exceptionInfo') return undefined
    // It leaves out in which mode it stops: what it stops at nobody recovers from.
    const info = exceptionSchema.safeParse(body).data
    return info?.breakMode === '' ? { ...info, breakMode: 'unhandled' } : undefined
  }

  #request(command: string, parameters: object): { command: string; parameters: object } {
    if (command === 'disconnect' && this.#target.mode === 'local')
      return { command, parameters: { terminateDebuggee: false } }
    requireRequest(command, this.#capabilities, 'delve')
    if (this.#target.mode === 'core') refuseToGoOn(command)
    if (command === 'setFunctionBreakpoints' && this.#awaitsEntry) {
      this.#functions = functionsSchema.safeParse(parameters).data?.breakpoints ?? []
      return { command, parameters: { ...parameters, breakpoints: [...this.#functions, entryFunction] } }
    }
    // In that of `repl`, as editors have it, there are commands of Delve's own.
    if (command === 'evaluate') return { command, parameters: { ...parameters, context: 'watch' } }
    return { command, parameters }
  }

  event(name: string, body: unknown): { name: string; body: unknown } | undefined {
    switch (name) {
      case 'output': {
        if (this.#calls.heard(body)) return undefined
        const { data } = outputSchema.safeParse(body)
        const status = /^Process \d+ has exited with status (-?\d+)/.exec(data?.output ?? '')?.[1]
        if (status !== undefined) this.#status = Number(status)
        if (data?.category === 'console' && data.output.startsWith(ownHelp)) return undefined
        if (data?.category === 'stderr') this.#said = (this.#said + data.output).slice(0, mostErrors)
        break
      }
      case 'stopped': {
        const { success, data } = compiledSchema(stoppedSchema).safeParse(body)
        if (!success) return undefined
        // So it takes it that the program has become another one, which it does not follow.
        if (data.reason === 'breakpoint' && data.threadId === undefined && data.hitBreakpointIds?.[0] === 0) {
          this.#say('continue', { threadId: 1 })
          return undefined
        }
        // A pause that comes upon no goroutine names none: the first is always there.
        const stop = { ...data, threadId: data.threadId ?? 1 }
        this.#thread = stop.threadId
        if (!this.#calls.isOn) return this.#toldOf(stop)
        void this.#calls.stopped(stop).then(left => {
          const told = left === undefined ? undefined : this.#toldOf(left)
          if (told !== undefined) this.#tell(told.name, told.body)
        })
        return undefined
      }
    }
    return { name, body }
  }

  #toldOf(stop: DelveStop): { name: string; body: unknown } | undefined {
    const name = 'stopped'
    if (stop.reason === 'exception' && noProcess.test(stop.text ?? '')) {
      void this.#look().then(isThere => isThere && this.#tell(name, stop))
      return undefined
    }
    if (stop.reason === 'exception' && this.#stops.exceptions === 'never') {
      this.#say('continue', { threadId: stop.threadId })
      return undefined
    }
    if (this.#target.mode === 'core')
      return { name, body: { ...stop, reason: 'exception', description: 'core dump' } }
    if (!this.#isEntry(stop.hitBreakpointIds)) return { name, body: stop }
    return { name, body: { ...stop, reason: 'entry', hitBreakpointIds: [] } }
  }

  refused(message: string): void {
    if (noProcess.test(message)) void this.#look()
  }

  /** It says so when it is asked to leave. */
  async exitCode(): Promise<number | undefined> {
    this.#calls.finish()
    if (this.#wasKilled) return 128 + 9
    await this.#to?.ask('disconnect', {}, anyBodySchema, leaveMs).catch(() => undefined)
    const status = this.#status
    return status === undefined || status >= 0 ? status : 128 - status
  }

  /** Delve removes it itself, unless it was killed. */
  async ended(): Promise<void> {
    if (this.#target.mode === 'debug') await rm(this.#target.output, { force: true })
  }

  /** Once. */
  #isEntry(ids: readonly number[] | undefined): boolean {
    if (!this.#awaitsEntry || this.#entry === undefined || ids?.includes(this.#entry) !== true) return false
    this.#awaitsEntry = false
    this.#say('setFunctionBreakpoints', { breakpoints: this.#functions })
    return true
  }

  /**
   * Whether the program is there, for all that Delve has said. Somebody may have killed it while it stood, of which Delve
   * does not hear: it tells that it has stopped for an error, and waits in vain for whatever is left.
   */
  async #look(): Promise<boolean> {
    const stack = this.#to?.ask('stackTrace', { threadId: this.#thread, levels: 1 }, anyBodySchema, answerMs)
    const said = await stack?.then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    )
    if (!noProcess.test(said ?? '')) return true
    this.#wasKilled = true
    this.#tell('terminated', undefined)
    return false
  }

  async #trace(parameters: object): Promise<void> {
    try {
      this.#traced = await this.#calls.trace(parameters)
    } catch (error) {
      throw new RequestRefused(error instanceof Error ? error.message : String(error))
    }
  }

  #ask: Speaker['ask'] = (...asked) => {
    if (this.#to === undefined) throw new Error('Delve has not begun')
    return this.#to.ask(...asked)
  }

  /** Of which nobody needs the answer. */
  #say(command: string, parameters: object): void {
    void this.#to?.ask(command, parameters, anyBodySchema, answerMs).catch(() => undefined)
  }

  async #setFunctions(): Promise<void> {
    const parameters = { breakpoints: [entryFunction] }
    const answer = await this.#to?.ask(
      'setFunctionBreakpoints',
      parameters,
      setBreakpointsBodySchema,
      answerMs,
    )
    this.#entry = answer?.breakpoints[0]?.id
  }
}
