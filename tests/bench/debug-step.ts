/**
 * From asking for a step until its stop is known: over our WebSocket (the event `stopped`, which tells the frame as
 * well), against the same adapter and debuggee with nothing in between, and against debugpy as it is shipped. All
 * stand in the same loop; the two that are compared step in turn, and who is first alternates, for whoever steps after
 * a wait finds processors and caches cold. So steps are measured one after the other, and after a pause each, as a
 * person steps.
 *
 *     node tests/bench/debug-step.ts
 */
import { relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
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

  const ours = () => socket.step()
  const atOnce = await compare(ours, same.step, { runs })
  const paused = await compare(ours, same.step, { runs: runs / 4, pause: 50 })
  const shipped = await compare(ours, stock.step, { runs: runs / 4 })
  const limit = '≤ 2 ms above it driven directly'
  return [
    { name: 'step, same adapter', ...atOnce, goal: limit },
    { name: 'step after 50 ms, same adapter', ...paused, goal: limit },
    { name: 'step, stock adapter', ...shipped, goal: '≤ 0.5× stock debugpy' },
  ]
}

type Step = () => Promise<void>

async function compare(
  one: Step,
  other: Step,
  { runs, pause = 0 }: { runs: number; pause?: number },
): Promise<Pick<Row, 'ours' | 'peer' | 'ratio' | 'unit'>> {
  const sides = [
    { step: one, took: [] as number[] },
    { step: other, took: [] as number[] },
  ] as const
  for (let i = -10; i < runs; i++)
    for (const { step, took } of i % 2 === 0 ? sides : sides.toReversed()) {
      if (pause > 0) await delay(pause)
      const milliseconds = await timed(step)
      if (i >= 0) took.push(milliseconds)
    }
  const [ours, peer] = [median(sides[0].took), median(sides[1].took)]
  return { ours, peer, ratio: ours / peer, unit: 'ms' }
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
