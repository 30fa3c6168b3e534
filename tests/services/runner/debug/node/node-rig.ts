import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { z } from 'zod'
import { ProcessScope } from '../../../../../lib/processes/process-scope.ts'
import type { ChildProcess as DebuggedChild, Opening } from '../../../../../services/runner/debug/adapter.ts'
import { agentEnvironment } from '../../../../../services/runner/debug/node/agent-environment.ts'
import { launchedSchema, nodeAdapter } from '../../../../../services/runner/debug/node/node-adapter.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'
import { guarded } from '../../../../guardian.ts'
import { until } from '../../../../until.ts'

export type Told = { event: string; body: Body }
// biome-ignore lint/suspicious/noExplicitAny: what a bridge says is compared with what it should have said
export type Body = any

type Options = {
  node?: string
  arguments?: string[]
  entry?: boolean
  exceptions?: string[]
  breakpoints?: Record<string, object[]>
  functions?: { name: string; condition?: string; hitCondition?: string }[]
  environment?: Record<string, string>
  /** Whether processes that it starts have debuggers of their own; they are let go of otherwise. */
  follows?: boolean
}

/** A real Node under the bridge, without a runner around it. Files are made in a directory of their own. */
export function nodeRig(t: Test, files: Record<string, string>) {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'node-')))
  const guard = guarded(top)
  t.teardown(() => {
    rmSync(top, { recursive: true, force: true })
    guard[Symbol.dispose]()
  })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, name)), { recursive: true })
    writeFileSync(join(top, name), text)
  }
  return { top, debug: (file: string, options: Options = {}) => NodeRun.start(t, top, file, options) }
}

type Request = (command: string, parameters: object) => Promise<Body>

/** A process under a bridge of its own. */
class UnderBridge {
  readonly events: Told[]
  output = ''
  readonly #request: Request
  readonly #top: string
  #seen = 0

  constructor(events: Told[], request: Request, top: string) {
    this.events = events
    this.#request = request
    this.#top = top
  }

  /** What the multiplexer says before a process runs. */
  async configure(options: Options): Promise<void> {
    await this.next('initialized')
    for (const [path, breakpoints] of Object.entries(options.breakpoints ?? {}))
      await this.breakpoints(path, breakpoints)
    if (options.functions !== undefined) await this.functions(options.functions)
    await this.ask('setExceptionBreakpoints', { filters: options.exceptions ?? ['uncaught'] })
    await this.ask('configurationDone')
  }

  ask(command: string, parameters: object = {}): Promise<Body> {
    return this.#request(command, parameters)
  }

  async breakpoints(file: string, breakpoints: object[]): Promise<Body[]> {
    const source = { path: join(this.#top, file) }
    return (await this.ask('setBreakpoints', { source, breakpoints })).breakpoints
  }

  async functions(breakpoints: object[]): Promise<Body[]> {
    return (await this.ask('setFunctionBreakpoints', { breakpoints })).breakpoints
  }

  /** The next event of this name that has not been looked at; `ended` where the program is gone before. */
  async next(...names: string[]): Promise<Body> {
    const wanted = names.length === 0 ? ['stopped', 'terminated'] : names
    const until = performance.now() + 30_000
    while (performance.now() < until) {
      const at = this.events.findIndex(({ event }, index) => index >= this.#seen && wanted.includes(event))
      const found = this.events[at]
      if (found !== undefined) {
        this.#seen = at + 1
        return found.event === 'terminated' ? 'terminated' : found.body
      }
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    throw new Error(
      `no ${wanted.join(' or ')}; there were ${JSON.stringify(this.events.slice(-5))}\n${this.output}`,
    )
  }

  /** Waits until the program has written this. */
  async printed(text: string): Promise<void> {
    const until = performance.now() + 30_000
    while (!this.output.includes(text)) {
      if (performance.now() > until) throw new Error(`it has not written ${text}: ${this.output}`)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }

  /** Goes on, and waits for the next stop or the end. */
  async go(command: 'continue' | 'next' | 'stepIn' | 'stepOut', threadId = 1): Promise<Body> {
    await this.ask(command, { threadId })
    return this.next()
  }

  /** `name line` of each frame. */
  async stack(threadId = 1): Promise<string[]> {
    const { stackFrames } = await this.ask('stackTrace', { threadId })
    return stackFrames.map(({ name, line }: { name: string; line: number }) => `${name} ${line}`)
  }

  async locals(frame = 0, threadId = 1): Promise<Record<string, string>> {
    const { stackFrames } = await this.ask('stackTrace', { threadId })
    const { scopes } = await this.ask('scopes', { frameId: stackFrames[frame].id })
    return this.parts(scopes[0].variablesReference)
  }

  async parts(variablesReference: number, page: object = {}): Promise<Record<string, string>> {
    const { variables } = await this.ask('variables', { variablesReference, ...page })
    return Object.fromEntries(
      variables.map(({ name, value }: { name: string; value: string }) => [name, value]),
    )
  }

  async evaluate(expression: string, more: object = {}): Promise<Body> {
    const { stackFrames } = await this.ask('stackTrace', { threadId: 1 })
    return this.ask('evaluate', { expression, frameId: stackFrames[0].id, context: 'repl', ...more })
  }
}

export class NodeRun extends UnderBridge {
  readonly child: ChildProcess
  readonly ended: Promise<number | string | null>
  /** What it has started, each once it runs. */
  readonly children: UnderBridge[] = []

  private constructor(child: ChildProcess, events: Told[], request: Request, top: string) {
    super(events, request, top)
    this.child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
      })
    this.ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  }

  static async start(t: Test, top: string, file: string, options: Options): Promise<NodeRun> {
    const scope = new ProcessScope({ graceMs: 0 })
    const outside = mkdtempSync(join(tmpdir(), 'meet-'))
    const place = {
      ...{ worktree: top, directory: top, environment: {}, enclosure: openly },
      meeting: () => ({ outside, inside: outside }),
    }
    const follows = options.follows === true
    const came = Promise.withResolvers<NodeRun>()
    const opened = (open: DebuggedChild['open']) => {
      const events: Told[] = []
      const opening: Opening = {
        ...{ scope, place },
        event: (event, body) => events.push({ event, body }),
        // One that makes no sense does not come.
        child: child => void debugged(child).catch(() => undefined),
      }
      const adapter = open(opening)
      const request: Request = async (command, parameters) => {
        const outcome = await adapter.client.request(command, parameters, z.unknown(), 30_000)
        if (outcome.kind === 'done') return outcome.body
        throw new Error(outcome.kind === 'refused' ? outcome.message : JSON.stringify(outcome))
      }
      return { adapter, events, request }
    }
    const debugged = async (child: DebuggedChild) => {
      const { adapter, events, request } = opened(child.open)
      const of = new UnderBridge(events, request, top)
      t.teardown(() => adapter[Symbol.asyncDispose]())
      await request('initialize', {})
      await child.begin(adapter.client, async () => undefined)
      await of.configure(options)
      ;(await came.promise).children.push(of)
    }
    const { adapter, events, request } = opened(nodeAdapter(follows))
    await request('initialize', {})
    const entry = options.entry === true ? join(top, file) : null
    const { socket } = launchedSchema.parse(await request('launch', { entry }))
    const { PATH = '' } = process.env
    const child = spawn(options.node ?? process.execPath, [file, ...(options.arguments ?? [])], {
      cwd: top,
      env: {
        ...{ PATH, ...options.environment },
        ...agentEnvironment(socket, options.environment?.NODE_OPTIONS, follows),
      },
      stdio: 'pipe',
    })
    t.teardown(async () => {
      child.kill('SIGKILL')
      await adapter[Symbol.asyncDispose]()
      rmSync(outside, { recursive: true, force: true })
    })
    const run = new NodeRun(child, events, request, top)
    await run.configure(options)
    came.resolve(run)
    return run
  }

  /** The child of this number, when it runs. */
  async childOf(number: number): Promise<UnderBridge> {
    return until(`child ${number}`, () => this.children[number])
  }
}
