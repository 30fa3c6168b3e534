import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { ProcessScope } from '../../lib/processes/process-scope.ts'
import { DapClient } from './dap-client.ts'

/** A debuggee at its first stop, with nothing between us and its adapter. */
export type Peer = {
  readonly step: () => Promise<void>
  /** With where it stands, which every client asks for: a stop of ours tells it. */
  readonly stepAndFrame: () => Promise<void>
  readonly look: () => Promise<void>
}

type Place = {
  readonly program: string
  readonly arguments?: readonly string[]
  readonly source: string
  readonly line: number
}

const client = { clientID: 'bench', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' }

/** lldb-dap as an editor starts it. */
export async function startLldb(scope: ProcessScope, lldb: string, place: Place): Promise<Peer> {
  const { stdin, stdout } = scope.spawn(lldb, [], { stdio: ['pipe', 'pipe', 'ignore'] })
  if (stdin === null || stdout === null) throw new TypeError('a debug adapter has pipes')
  return await toFirstStop(new DapClient(stdout, stdin), 'lldb-dap', place)
}

/** Delve as an editor starts it. */
export async function startDelve(scope: ProcessScope, dlv: string, place: Place): Promise<Peer> {
  const { stdout } = scope.spawn(dlv, ['dap', '--listen=127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (stdout === null) throw new TypeError('it tells its port')
  const { promise, resolve } = Promise.withResolvers<number>()
  createInterface({ input: stdout }).on('line', line => {
    const port = /listening at: \S+:(\d+)/.exec(line)?.[1]
    if (port !== undefined) resolve(Number(port))
  })
  const socket = connect(await promise, '127.0.0.1').setNoDelay(true)
  return await toFirstStop(new DapClient(socket, socket), 'dlv', place, { mode: 'exec' })
}

async function toFirstStop(
  dap: DapClient,
  adapterID: string,
  { program, arguments: args = [], source, line }: Place,
  launch: object = {},
): Promise<Peer> {
  const setBreakpoints = (lines: readonly number[]) =>
    dap.request('setBreakpoints', { source: { path: source }, breakpoints: lines.map(line => ({ line })) })
  await dap.request('initialize', { ...client, adapterID })
  const initialized = dap.event('initialized')
  const launched = dap.request('launch', { program, args, ...launch })
  await initialized
  await setBreakpoints([line])
  await dap.request('setExceptionBreakpoints', { filters: [] })
  const stopped = dap.event('stopped')
  await dap.request('configurationDone')
  const { threadId } = z.object({ threadId: z.int() }).parse(await stopped)
  await launched
  await setBreakpoints([])
  const step = async () => {
    const stopped = dap.event('stopped')
    await dap.request('next', { threadId })
    await stopped
  }
  return {
    step,
    async stepAndFrame() {
      await step()
      await dap.request('stackTrace', { threadId, startFrame: 0, levels: 1 })
    },
    async look() {
      const { stackFrames } = z
        .object({ stackFrames: z.array(z.object({ id: z.int() })) })
        .parse(await dap.request('stackTrace', { threadId, startFrame: 0, levels: 20 }))
      const { scopes } = z
        .object({ scopes: z.array(z.object({ variablesReference: z.int() })) })
        .parse(await dap.request('scopes', { frameId: stackFrames[0]?.id }))
      await dap.request('variables', { variablesReference: scopes[0]?.variablesReference })
    },
  }
}
