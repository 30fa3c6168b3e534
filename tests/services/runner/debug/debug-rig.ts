import { deepStrictEqual } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import type { CommandLimits } from '../../../../services/contract/command-limits.ts'
import type { DebugRole, Viewer } from '../../../../services/contract/debug-control.ts'
import { fromDebugSchema } from '../../../../services/contract/debug-message.ts'
import type { DebugEvent } from '../../../../services/contract/debug-news.ts'
import { type DebugRequest, debuggeeLine, enginesFor } from '../../../../services/contract/debug-request.ts'
import type { DebugSession, Frame, Variable } from '../../../../services/contract/debug-resources.ts'
import {
  type CommandId,
  type DebugSessionId,
  type SessionId,
  viewerId,
} from '../../../../services/contract/ids.ts'
import {
  fromRunnerSchema,
  type LiveAnswer,
  type LiveOperationName,
} from '../../../../services/contract/runner-messages.ts'
import { queueDebugSession } from '../../../../services/store/debug-sessions.ts'
import { until } from '../../../until.ts'
import { type RunnerRig, runnerRig, type Tree } from '../rig.ts'

/** Why the tests with the real debugpy cannot run here; false where they can. */
export const noDebugpy: false | string = ['python3', '/usr/bin/python3'].some(
  python => spawnSync(python, ['-c', 'import debugpy']).status === 0,
)
  ? false
  : 'no python3 here has debugpy'

export type LaunchOptions = {
  file?: string
  module?: string
  /** In place of file and module, with the engines that it may have. */
  program?: DebugRequest['program']
  engines?: DebugRequest['engines']
  arguments?: string[]
  interpreter?: string
  breakpoints?: DebugRequest['breakpoints']
  stop_on_entry?: boolean
  exceptions?: DebugRequest['exceptions']
  children?: DebugRequest['children']
  trace?: string[]
  directory?: string
  environment?: Record<string, string>
  timeout?: number
  limits?: CommandLimits
  terminal?: { columns: number; rows: number }
  stdin?: string
  /** It waits for an editor's `configurationDone`. */
  held?: boolean
}

/** Who it is that asks. */
type ClientOptions = { readonly name: string; readonly role: DebugRole }

export type Launched = { id: DebugSessionId; session: SessionId; command: CommandId }

/** One client of the runner's socket: asks, and hears what happens to debuggees. */
export class DebugClient {
  readonly events: DebugEvent[] = []
  readonly viewer: Viewer
  readonly #socket: Socket
  readonly #answers = new Map<number, (answer: LiveAnswer) => void>()
  #id = 0

  private constructor(socket: Socket, { name = 'alice', role = 'owner' }: Partial<ClientOptions>) {
    this.viewer = { id: viewerId.create(), user: name, token: name, client: null, role }
    this.#socket = socket
    socket.on('error', () => undefined)
    createInterface({ input: socket }).on('line', line => {
      const message = fromRunnerSchema.parse(JSON.parse(line))
      if (message.type === 'debug') this.events.push(eventIn(message.frame))
      else if (message.type === 'answer') this.#answers.get(message.id)?.({ ok: true, value: message.value })
      else if (message.type === 'refusal') this.#answers.get(message.id)?.({ ...message, ok: false })
    })
  }

  /** Retries while nobody listens: for runners that are being started. */
  static connect(path: string, options: Partial<ClientOptions> = {}): Promise<DebugClient> {
    return until(`a runner on ${path}`, async () => {
      const socket = connect(path)
      const up = await new Promise<boolean>(resolve => {
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      })
      return up ? new DebugClient(socket, options) : undefined
    })
  }

  ask(debug: DebugSessionId, operation: LiveOperationName, input: object = {}): Promise<LiveAnswer> {
    const id = ++this.#id
    const { promise, resolve } = Promise.withResolvers<LiveAnswer>()
    this.#answers.set(id, resolve)
    this.#socket.write(`${JSON.stringify({ type: 'ask', id, debug, operation, input, by: this.viewer })}\n`)
    return promise
  }

  /** Tells who is connected to the session through it, as an API does. */
  present(session: SessionId, viewers: readonly Viewer[]): void {
    this.#socket.write(`${JSON.stringify({ type: 'present', session, viewers })}\n`)
  }

  /** Tells that the role of a user on the session was taken back. */
  unshared(session: SessionId, user: string): void {
    this.#socket.write(`${JSON.stringify({ type: 'unshared', session, who: { user } })}\n`)
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** What clients are told, which is all that the contract has and nothing else. */
function eventIn(frame: string): DebugEvent {
  const told: unknown = JSON.parse(frame)
  const read = fromDebugSchema.parse(told)
  if (read.type !== 'event') throw new Error(`${read.type} is no event`)
  deepStrictEqual(told, read)
  return read
}

/** A runner with one session of these files, and a client on its socket. */
export async function debugRig(
  t: Test,
  tree: Tree,
  overrides: Parameters<typeof runnerRig>[1] = {},
  options: Parameters<RunnerRig['session']>[1] = {},
) {
  const rig = await runnerRig(t, overrides)
  const session = await rig.session(await rig.repository(tree), options)
  const client = await DebugClient.connect(rig.socket)
  t.teardown(() => client.close())
  return { rig, session, client, ...debugging(rig, session, client) }
}

function programOf({ program, module, file }: LaunchOptions): DebugRequest['program'] {
  if (program !== undefined) return program
  return module === undefined ? { kind: 'file', file: file ?? 'app.py' } : { kind: 'module', module }
}

/** What tests do with debug sessions, through one client. Anything but an answer is an error. */
export function debugging(rig: RunnerRig, session: { id: SessionId }, client: DebugClient) {
  const answer = async (of: Launched, operation: LiveOperationName, input: object = {}) => {
    const said = await client.ask(of.id, operation, input)
    if (!said.ok) throw new Error(`${operation}: ${said.code}: ${said.detail}`)
    return said.value
  }
  const state = async (
    of: Launched,
    operation: LiveOperationName,
    input: object = {},
  ): Promise<DebugSession> => (await answer(of, operation, { wait: 60, ...input })) as DebugSession
  const self = {
    answer,
    state,
    /** Queues a debuggee, as the API does. */
    async launch(options: LaunchOptions): Promise<Launched> {
      const request: DebugRequest = {
        program: programOf(options),
        engines: options.engines ?? [...enginesFor[programOf(options).kind]],
        arguments: options.arguments ?? [],
        interpreter: options.interpreter ?? null,
        breakpoints: options.breakpoints ?? [],
        stop_on_entry: options.stop_on_entry ?? false,
        exceptions: options.exceptions ?? 'uncaught',
        ...(options.trace === undefined ? {} : { trace: options.trace }),
        ...(options.held === undefined ? {} : { held: options.held }),
        ...(options.children === undefined ? {} : { children: options.children }),
      }
      const queued = await queueDebugSession(rig.store, {
        command: {
          session: session.id,
          command: debuggeeLine(request),
          directory: options.directory ?? '.',
          environment: options.environment ?? {},
          timeout: options.timeout ?? null,
          ...(options.limits === undefined ? {} : { limits: options.limits }),
          terminal: options.terminal,
          stdin: options.stdin,
          now: rig.now(),
        },
        engine: request.engines[0] ?? 'debugpy',
        request,
        most: 8,
      })
      if (!queued.queued) throw new Error(queued.reason)
      rig.wake()
      return { id: queued.id, session: session.id, command: queued.command }
    },
    /** Launches, and waits for the first stop or the end. */
    async run(options: LaunchOptions): Promise<Launched & { at: DebugSession }> {
      const launched = await self.launch(options)
      return { ...launched, at: await state(launched, 'debug.status') }
    },
    /** The debug sessions of processes that it has started, as they come, until there are so many that `fit`. */
    children: (of: Launched, count: number, fit: (child: DebugSession) => boolean = () => true) =>
      until(`${count} children of ${of.id}`, async () => {
        const latest = new Map<string, DebugSession>()
        for (const { debug } of client.events) if (debug.parent === of.id) latest.set(debug.id, debug)
        const found = [...latest.values()].filter(fit)
        return found.length >= count ? found : undefined
      }),
    refusal: async (of: Launched, operation: LiveOperationName, input: object = {}) => {
      const said = await client.ask(of.id, operation, input)
      return said.ok ? { code: 'answered', detail: JSON.stringify(said.value) } : said
    },
    variables: async (of: Launched, input: object = {}) =>
      (await answer(of, 'debug.variables', input)) as {
        variables: Variable[]
        total: number
        next: number | null
      },
    stack: async (of: Launched, input: object = {}) =>
      (await answer(of, 'debug.stack', input)) as {
        thread: number
        frames: Frame[]
        total: number
        next: number | null
      },
    evaluate: async (of: Launched, expression: string, input: object = {}) =>
      (await answer(of, 'debug.evaluate', { expression, ...input })) as Omit<Variable, 'name'>,
  }
  return self
}
