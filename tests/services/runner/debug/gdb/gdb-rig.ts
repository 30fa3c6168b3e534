import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { z } from 'zod'
import type { DebugRequest } from '../../../../../services/contract/debug-request.ts'
import { gdbEngine } from '../../../../../services/runner/debug/gdb/engine.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'
import { until } from '../../../../until.ts'
import { scopeOf } from '../live-rig.ts'

/** Why the tests with the real gdb cannot run here; false where they can. */
export const noGdb: false | string = ['gdb', 'gcc', 'g++'].some(
  tool => spawnSync(tool, ['--version']).status !== 0,
)
  ? 'gdb, gcc and g++ are not all here'
  : false

/** Compiles files by their names, sources or texts of such, and tells where the program lies. */
export function compile(
  directory: string,
  name: string,
  text: string,
  flags: readonly string[] = [],
): string {
  const source = join(directory, name)
  writeFileSync(source, text)
  const program = source.replace(/\.\w+$/, '')
  const compiler = name.endsWith('.c') ? 'gcc' : 'g++'
  const { status, stderr } = spawnSync(compiler, ['-g', '-O0', source, '-o', program, '-pthread', ...flags])
  if (status !== 0) throw new Error(`${compiler}: ${stderr}`)
  return program
}

/** The number of the line that holds this text. */
export function lineOf(file: string, text: string): number {
  const at = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex(line => line.includes(text))
  if (at < 0) throw new Error(`${file} has no line with ${text}`)
  return at + 1
}

type Event = { event: string; body: Body }
type Options = {
  arguments?: string[]
  core?: string
  stopOnEntry?: boolean
  /** Every process that it forks is let run on at once. */
  children?: 'follow'
  input?: string
  environment?: Record<string, string>
}

type Breakpoint = { id?: number; verified: boolean; line?: number; message?: string }
type Variable = {
  name: string
  value: string
  type: string
  variablesReference: number
  indexedVariables?: number
}
type Frame = { id: number; name: string; line: number; source?: { path: string } }

/** What tests read of events and answers. */
export type Body = {
  [name: string]: unknown
  reason: string
  description?: string
  text?: string
  threadId: number
  hitBreakpointIds?: number[]
  exitCode: number
  output: string
  breakpoint: Breakpoint
  breakpoints: Breakpoint[]
  debugServerFrame: Frame
  stackFrames: Frame[]
  totalFrames: number
  scopes: { name: string; variablesReference: number }[]
  variables: Variable[]
  threads: { id: number; name: string }[]
  result: string
  type: string
  variablesReference: number
  value: string
  data?: string
  address: string
  unreadableBytes: number
  instructions: {
    address: string
    instruction: string
    symbol?: string
    line?: number
    presentationHint?: string
  }[]
  modules: { name: string; path: string }[]
  dataId: string | null
  accessTypes: string[]
}
const anything = z.custom<Body>()

/** A program under gdb, spoken to in the Debug Adapter Protocol: within the command that it would be run by. */
export async function gdbRig(t: Test, program: string, options: Options = {}) {
  const room = mkdtempSync(join(tmpdir(), 'debug-server-gdb-'))
  t.teardown(() => rmSync(room, { recursive: true, force: true }))
  const scope = scopeOf(t)
  const files = { stdin: join(room, 'stdin'), stdout: join(room, 'stdout'), stderr: join(room, 'stderr') }
  writeFileSync(files.stdin, options.input ?? '')
  mkdirSync(join(room, 'meeting'))
  const meeting = { outside: join(room, 'meeting'), inside: join(room, 'meeting') }
  const environment = { PATH: process.env.PATH ?? '', ...options.environment }
  const place = {
    ...{ worktree: room, directory: room, environment, enclosure: openly, meeting: () => meeting },
  }
  const request: DebugRequest = {
    program: { kind: 'binary', file: program, core: options.core ?? null },
    arguments: options.arguments ?? [],
    interpreter: null,
    engines: ['gdb'],
    breakpoints: [],
    stop_on_entry: options.stopOnEntry ?? false,
    exceptions: 'uncaught',
    ...(options.children === undefined ? {} : { children: options.children }),
  }
  const planned = await gdbEngine(scope).plan(request, place, AbortSignal.timeout(30_000))
  if (!planned.ok) throw new Error(planned.failure.message)
  const { plan } = planned
  const events: Event[] = []
  const adapter = plan.open({
    scope,
    place,
    event: (event, body) => events.push({ event, body: body as Body }),
    child: child => child.release(),
  })
  t.teardown(() => adapter[Symbol.asyncDispose]())

  const ask = async (command: string, parameters: object = {}): Promise<Body> => {
    const outcome = await adapter.client.request(command, parameters, anything, 60_000)
    if (outcome.kind === 'done') return outcome.body
    throw new Error('message' in outcome ? outcome.message : `${command}: ${JSON.stringify(outcome)}`)
  }
  const capabilities = await ask('initialize', { adapterID: 'gdb' })
  const begun = await plan.begin(adapter.client, () => new Promise(() => undefined))
  if (!begun.ok) throw new Error(begun.message)
  const [file = '', ...words] = begun.program.words
  const descriptors = [openSync(files.stdin, 'r'), openSync(files.stdout, 'a'), openSync(files.stderr, 'a')]
  const child = spawn(file, words, {
    cwd: room,
    env: { ...environment, ...begun.program.environment },
    stdio: [...descriptors],
    detached: true,
  })
  for (const descriptor of descriptors) closeSync(descriptor)
  t.teardown(() => child.kill('SIGKILL'))
  const left = once(child, 'exit') as Promise<[number | null, string | null]>

  let looked = 0
  /** The next event of this name that nobody has waited for yet, passing over others. */
  const next = (name: string): Promise<Body> =>
    until(`${name} after ${JSON.stringify(events.slice(-3))}`, async () => {
      const at = events.findIndex(({ event }, index) => index >= looked && event === name)
      if (at < 0) return undefined
      looked = at + 1
      return events[at]?.body
    })
  await next('initialized')
  const self = {
    ...{ adapter, capabilities, events, room, child, left, ask, next },
    stdout: () => readFileSync(files.stdout, 'utf8'),
    stderr: () => readFileSync(files.stderr, 'utf8'),
    /** Sends it on, and waits for where it stops. */
    async to(command: string, parameters: object = {}) {
      await ask(command, parameters)
      return next('stopped')
    },
    breakAt: (path: string, ...breakpoints: object[]) =>
      ask('setBreakpoints', { source: { path }, breakpoints }).then(({ breakpoints }) => breakpoints),
    start: () => self.to('configurationDone'),
    async stack(threadId = 1, page: object = {}): Promise<Frame[]> {
      return (await ask('stackTrace', { threadId, ...page })).stackFrames
    },
    async locals(level = 0): Promise<Record<string, Variable>> {
      const [frame] = await self.stack(1, { startFrame: level, levels: 1 })
      const { scopes } = await ask('scopes', { frameId: frame?.id })
      return self.children(scopes[0]?.variablesReference ?? 0)
    },
    async children(variablesReference: number, page: object = {}): Promise<Record<string, Variable>> {
      const { variables } = await ask('variables', { variablesReference, ...page })
      return Object.fromEntries(variables.map(one => [one.name, one]))
    },
    evaluate: (expression: string, more: object = {}) => ask('evaluate', { expression, ...more }),
  }
  return self
}
