/**
 * A step of an editor, over the listener of `debug attach` (the Debug Adapter Protocol over a WebSocket), beside the same
 * step over `WS /sessions/{session}/debug`; and what stands at a stop, asked for by each: an editor has to wait for the
 * stack before it asks for scopes, and for those before it asks for variables. Two debug sessions of one program of C
 * under gdb.
 *
 *     node tests/bench/debug-attach.ts
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { z } from 'zod'
import type { DebugSessionId, SessionId } from '../../services/contract/ids.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { DapClient } from './dap-client.ts'
import { DebugSocket } from './debug-socket.ts'
import { judged, upTo } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { builtProgram, launchSpinning } from './spinning-program.ts'

export async function bench({ runs = 200 }: { runs?: number } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  const [session, edited] = [await builtProgram(server), await builtProgram(server)]
  await launchSpinning(server, session)
  await using socket = await DebugSocket.open(server, session)
  await socket.take()
  await using editor = await attached(server, edited, await launchSpinning(server, edited))
  const steps = await inTurn(editor.step, () => socket.step(), { runs })
  const looks = await inTurn(
    () => socket.ask('debug.stack', 'debug.scopes', 'debug.variables'),
    () => editor.look(),
    { runs },
  )
  const trips = { ours: 1, peer: 3, ratio: 1 / 3, unit: 'round trips' }
  return [
    { name: 'gdb: step over debug attach', beside: 'over WS /debug', ...steps, goal: '–' },
    { name: 'gdb: stack, scopes, variables over WS', beside: 'over debug attach', ...looks, goal: '–' },
    {
      name: 'gdb: stack, scopes, variables over WS',
      beside: 'over debug attach',
      ...judged(trips, upTo(1, 'round trip')),
    },
  ]
}

/** An editor, as VS Code comes to a debuggee that stands. */
async function attached(
  { clone, client, url, token }: BenchServer,
  session: SessionId,
  debug: DebugSessionId,
) {
  const running = clone.start(
    ['client/cli/bin.mjs', 'debug', 'attach', session, '--debug', debug, '--json'],
    {
      DEBUG_SERVER_URL: url,
      DEBUG_SERVER_TOKEN: token,
    },
  )
  await using ends = new AsyncDisposableStack()
  ends.defer(async () => {
    running.child.kill('SIGINT')
    await running.finished
  })
  await Promise.race([once(running.child.stdout ?? running.child, 'data'), running.finished])
  if (running.stdout() === '') throw new Error(`debug attach has ended: ${running.stderr()}`)
  const { port } = z.object({ port: z.int() }).parse(JSON.parse(running.stdout()))
  const stream = ends.adopt(connect(port, '127.0.0.1').setNoDelay(true), one => void one.destroy())
  const dap = new DapClient(stream, stream)
  const initialized = dap.event('initialized')
  await dap.request('initialize', {
    clientID: 'bench',
    linesStartAt1: true,
    columnsStartAt1: true,
    pathFormat: 'path',
  })
  const answered = dap.request('attach')
  await initialized
  const stopped = dap.event('stopped')
  await dap.request('configurationDone')
  await answered
  const { threadId } = z.object({ threadId: z.int() }).parse(await stopped)
  // Whoever launched it acts until then.
  await client.debug.control({ session, debug, action: 'release' })
  const step = async () => {
    const stopped = dap.event('stopped')
    await dap.request('next', { threadId })
    await stopped
  }
  const look = async () => {
    const { stackFrames } = framesSchema.parse(
      await dap.request('stackTrace', { threadId, startFrame: 0, levels: 20 }),
    )
    const { scopes } = scopesSchema.parse(await dap.request('scopes', { frameId: stackFrames[0]?.id }))
    await dap.request('variables', { variablesReference: scopes[0]?.variablesReference })
  }
  const owned = ends.move()
  return { step, look, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() }
}

const framesSchema = z.object({ stackFrames: z.array(z.object({ id: z.int() })) })
const scopesSchema = z.object({ scopes: z.array(z.object({ variablesReference: z.int() })) })

await printIfMain(import.meta, bench)
