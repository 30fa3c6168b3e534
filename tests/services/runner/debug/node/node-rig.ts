import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { z } from 'zod'
import { ProcessScope } from '../../../../../lib/processes/process-scope.ts'
import { bridged } from '../../../../../services/runner/debug/bridge.ts'
import { agentEnvironment } from '../../../../../services/runner/debug/node/engine.ts'
import { launchedSchema, nodeBridge } from '../../../../../services/runner/debug/node/node-bridge.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'

export type Told = { event: string; body: Body }
// biome-ignore lint/suspicious/noExplicitAny: what a bridge says is compared with what it should have said
export type Body = any

type Options = {
  node?: string
  arguments?: string[]
  entry?: boolean
  exceptions?: string[]
  breakpoints?: Record<string, object[]>
  environment?: Record<string, string>
}

/** A real Node under the bridge, without a runner around it. Files are made in a directory of their own. */
export function nodeRig(t: Test, files: Record<string, string>) {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'node-')))
  t.teardown(() => rmSync(top, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, name)), { recursive: true })
    writeFileSync(join(top, name), text)
  }
  return { top, debug: (file: string, options: Options = {}) => NodeRun.start(t, top, file, options) }
}

export class NodeRun {
  readonly events: Told[] = []
  readonly child: ChildProcess
  output = ''
  readonly ended: Promise<number | string | null>
  readonly #request: (command: string, parameters: object) => Promise<Body>
  readonly #top: string
  #seen = 0

  private constructor(
    child: ChildProcess,
    events: Told[],
    request: (command: string, parameters: object) => Promise<Body>,
    top: string,
  ) {
    this.child = child
    this.events = events
    this.#request = request
    this.#top = top
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
    const events: Told[] = []
    const adapter = bridged(opening => nodeBridge(opening))({
      ...{ scope, place },
      event: (event, body) => events.push({ event, body }),
      child: child => child.release(),
    })
    const request = async (command: string, parameters: object): Promise<Body> => {
      const outcome = await adapter.client.request(command, parameters, z.unknown(), 30_000)
      if (outcome.kind === 'done') return outcome.body
      throw new Error(outcome.kind === 'refused' ? outcome.message : JSON.stringify(outcome))
    }
    await request('initialize', {})
    const entry = options.entry === true ? join(top, file) : null
    const { socket } = launchedSchema.parse(await request('launch', { entry }))
    const { PATH = '' } = process.env
    const child = spawn(options.node ?? process.execPath, [file, ...(options.arguments ?? [])], {
      cwd: top,
      env: { PATH, ...options.environment, ...agentEnvironment(socket, options.environment?.NODE_OPTIONS) },
      stdio: 'pipe',
    })
    t.teardown(async () => {
      child.kill('SIGKILL')
      await adapter[Symbol.asyncDispose]()
      rmSync(outside, { recursive: true, force: true })
    })
    const run = new NodeRun(child, events, request, top)
    await run.next('initialized')
    for (const [path, breakpoints] of Object.entries(options.breakpoints ?? {}))
      await run.breakpoints(path, breakpoints)
    await run.ask('setExceptionBreakpoints', { filters: options.exceptions ?? ['uncaught'] })
    await run.ask('configurationDone')
    return run
  }

  ask(command: string, parameters: object = {}): Promise<Body> {
    return this.#request(command, parameters)
  }

  async breakpoints(file: string, breakpoints: object[]): Promise<Body[]> {
    const source = { path: join(this.#top, file) }
    return (await this.ask('setBreakpoints', { source, breakpoints })).breakpoints
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
