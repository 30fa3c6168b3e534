/**
 * From asking for a step until its stop is known: inside the runner, and over our WebSocket (the event `stopped`, which tells the frame as
 * well), against the same adapter and debuggee with nothing in between, and against debugpy as it is shipped. All
 * stand in the same loop; the two that are compared step in turn, and who is first alternates, for whoever steps after
 * a wait finds processors and caches cold. So steps are measured one after the other, and after a pause each, as a
 * person steps.
 *
 *     node tests/bench/debug-step.ts
 */
import { copyFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { SessionId } from '../../services/contract/ids.ts'
import { debugpyEngine } from '../../services/runner/debug/debugpy/engine.ts'
import { noRequest } from '../services/runner/debug/live-rig.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { DebugSocket } from './debug-socket.ts'
import { breakpointLine, type Peer, program, python, startShimmed, startStock } from './debugpy-peers.ts'
import { addedUpTo, judged, ratioUpTo } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { startLive } from './live-debuggee.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { sourceRoot } from './source-root.ts'

export async function bench({ runs = 200 }: { runs?: number } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  await using scope = new ProcessScope({ graceMs: 0 })
  const session = await server.session()
  await launch(server, session)
  await using socket = await DebugSocket.open(server, session)
  await socket.take()
  const stock = await startStock(scope)
  const same = await startShimmed(scope)
  await Promise.all([stock.clearBreakpoints(), same.clearBreakpoints()])
  const inside = await insideRunner(scope, same, runs)
  const ours = () => socket.step()
  const atOnce = await inTurn(ours, same.step, { runs })
  const paused = await inTurn(ours, same.step, { runs: runs / 4, pause: 50 })
  const shipped = await inTurn(ours, stock.step, { runs: runs / 4 })
  const limit = addedUpTo(2, 'ms')
  const beside = 'same debugpy driven directly'
  return [
    { name: 'debugpy: step', beside, ...judged(inside, addedUpTo(0.5, 'ms')) },
    { name: 'debugpy: step over WebSocket', beside, ...judged(atOnce, limit) },
    { name: 'debugpy: step after 50 ms', beside, ...judged(paused, limit) },
    { name: 'debugpy: step over WebSocket', beside: 'stock debugpy', ...judged(shipped, ratioUpTo(0.5)) },
  ]
}

/** What is between the same adapter and whoever asks within the runner. */
async function insideRunner(scope: ProcessScope, peer: Peer, runs: number) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'bench-step-')))
  try {
    const file = basename(program)
    copyFileSync(program, join(directory, file))
    const live = await startLive(debugpyEngine([python], scope), scope, directory, {
      ...{ ...noRequest, program: { kind: 'file', file }, interpreter: python },
      breakpoints: [`${file}:${breakpointLine}`],
    })
    const compared = await inTurn(() => live.ask('debug.next', { wait: 30 }), peer.step, { runs })
    await live.end()
    return compared
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Stops in the loop, and takes the breakpoint away. */
async function launch({ client }: BenchServer, session: SessionId): Promise<void> {
  const file = relative(sourceRoot, program)
  const breakpoints = [`${file}:${breakpointLine}`]
  const launched = await client.debug.launch({
    session,
    python: file,
    interpreter: python,
    breakpoints,
    wait: 30,
  })
  if (launched.status !== 'stopped')
    throw new Error(`the debug session is ${launched.status}: ${launched.end?.message}`)
  await client.debug.break({ session, breakpoints, remove: true })
}

await printIfMain(import.meta, bench)
