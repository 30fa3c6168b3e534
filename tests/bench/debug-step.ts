/**
 * From asking for a step until its stop is known: over our WebSocket (the event `stopped`, which tells the frame as
 * well), against the same adapter and debuggee with nothing in between, and against debugpy as it is shipped. All three
 * stand in the same loop at the same time, and step in turn.
 *
 *     node tests/bench/debug-step.ts
 */
import { relative } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { SessionId } from '../../services/contract/ids.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { DebugSocket } from './debug-socket.ts'
import { breakpointLine, program, python, startShimmed, startStock } from './debugpy-peers.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { sourceRoot } from './source-root.ts'
import { timed } from './timed.ts'

export async function bench({ runs = 200 }: { runs?: number } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  await using scope = new ProcessScope({ graceMs: 0 })
  const session = await server.session()
  await launch(server, session)
  await using socket = await DebugSocket.open(server, session)
  const stock = await startStock(scope)
  const same = await startShimmed(scope)
  await Promise.all([stock.clearBreakpoints(), same.clearBreakpoints()])

  const steps = {
    ours: () => socket.step(),
    same: () => same.step(),
    stock: () => stock.step(),
  }
  const took = { ours: [] as number[], same: [] as number[], stock: [] as number[] }
  for (let i = -10; i < runs; i++)
    for (const who of ['ours', 'same', 'stock'] as const) {
      const milliseconds = await timed(steps[who])
      if (i >= 0) took[who].push(milliseconds)
    }
  const [ours, direct, shipped] = [median(took.ours), median(took.same), median(took.stock)]
  const row = { ours, unit: 'ms' }
  return [
    {
      ...row,
      name: 'step, same adapter',
      peer: direct,
      ratio: ours / direct,
      goal: '≤ 2 ms above it driven directly',
    },
    {
      ...row,
      name: 'step, stock adapter',
      peer: shipped,
      ratio: ours / shipped,
      goal: '≤ 0.5× stock debugpy',
    },
  ]
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
