import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { ProcessScope } from '../../lib/processes/process-scope.ts'
import { DapClient } from './dap-client.ts'

/** The Python that both adapters and all debuggees run on, so that none of them has a faster one. */
export const python = '/usr/bin/python3'
export const program = join(import.meta.dirname, 'loop.py')
/** The first line in the loop. */
export const breakpointLine = 7

/** A debuggee that stands at its breakpoint, with nothing between us and its adapter. */
export type Peer = {
  /** Steps over one line; resolves when the adapter says that it has stopped. */
  step(): Promise<void>
  /** Has it stop nowhere but after a step. */
  clearBreakpoints(): Promise<void>
}

/** debugpy as it is shipped: `launch`, as an editor does, to the program's first stop. */
export async function startStock(
  scope: ProcessScope,
  launched: { readonly program: string; readonly arguments?: readonly string[] } = { program },
): Promise<Peer> {
  const dap = connect(scope.spawn(python, ['-m', 'debugpy.adapter'], { stdio: ['pipe', 'pipe', 'ignore'] }))
  const initialized = dap.event('initialized')
  await dap.request('initialize', client)
  const answer = dap.request('launch', {
    program: launched.program,
    args: launched.arguments ?? [],
    console: 'internalConsole',
    redirectOutput: true,
    subProcess: true,
    justMyCode: true,
    python: [python, '-Xfrozen_modules=off'],
  })
  await initialized
  const peer = await runToBreakpoint(dap)
  await answer
  return peer
}

const shims = resolve(import.meta.dirname, '../../services/runner/debug/debugpy')

/** The same adapter and debuggee as the runner's, started as it starts them. */
export async function startShimmed(scope: ProcessScope): Promise<Peer> {
  const token = randomBytes(32).toString('hex')
  const dap = connect(
    scope.spawn(python, [join(shims, 'debug_server_adapter.py')], {
      env: { ...process.env, DEBUG_SERVER_ADAPTER_TOKEN: token },
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  )
  const initialized = dap.event('initialized')
  const listens = dap.event('debugpyWaitingForServer')
  await dap.request('initialize', client)
  const attached = dap.request('attach', {
    listen: { host: '127.0.0.1', port: 0 },
    subProcess: false,
    redirectOutput: false,
    justMyCode: true,
  })
  const { port } = z.object({ port: z.int() }).parse(await listens)
  const directory = mkdtempSync(join(tmpdir(), 'debugpy-peer-'))
  const settings = join(directory, 'settings.json')
  writeFileSync(
    settings,
    JSON.stringify({
      ...{ package: debugpyPackage, port, token },
      ...{ stop_on_entry: false, failures: false, children: false },
    }),
  )
  const shim = join(shims, 'debug_server_debuggee.py')
  scope.spawn(python, ['-Xfrozen_modules=off', shim, settings, 'program', program], {
    stdio: 'ignore',
  })
  await initialized
  const peer = await runToBreakpoint(dap)
  await attached
  rmSync(directory, { recursive: true })
  return peer
}

/** Where Debian's package has it. */
const debugpyPackage = '/usr/lib/python3/dist-packages/debugpy'

const client = {
  clientID: 'bench',
  adapterID: 'debugpy',
  linesStartAt1: true,
  columnsStartAt1: true,
  pathFormat: 'path',
}

function connect({ stdin, stdout }: ChildProcess): DapClient {
  if (stdin === null || stdout === null) throw new TypeError('a debug adapter has pipes')
  return new DapClient(stdout, stdin)
}

async function runToBreakpoint(dap: DapClient): Promise<Peer> {
  const setBreakpoints = (lines: readonly number[]) =>
    dap.request('setBreakpoints', { source: { path: program }, breakpoints: lines.map(line => ({ line })) })
  await setBreakpoints([breakpointLine])
  await dap.request('setExceptionBreakpoints', { filters: ['uncaught'] })
  const stopped = dap.event('stopped')
  await dap.request('configurationDone')
  const { threadId } = z.object({ threadId: z.int() }).parse(await stopped)
  return {
    async step() {
      const stopped = dap.event('stopped')
      await dap.request('next', { threadId })
      await stopped
    },
    async clearBreakpoints() {
      await setBreakpoints([])
    },
  }
}
