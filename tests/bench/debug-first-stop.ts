/**
 * From asking for a program under the debugger until it stands at its breakpoint: `debug.launch` over HTTP, which
 * answers at the first stop, against debugpy's own adapter driven directly, from its spawn on. Same Python, same
 * program.
 *
 *     node tests/bench/debug-first-stop.ts
 */
import { relative } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { startBenchServer } from './bench-server.ts'
import { breakpointLine, program, python, startStock } from './debugpy-peers.ts'
import { judged, ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { sourceRoot } from './source-root.ts'
import { timed } from './timed.ts'

export async function bench({ runs = 9 }: { runs?: number } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  const { client } = server
  const session = await server.session()
  const file = relative(sourceRoot, program)
  const ours: number[] = []
  const peer: number[] = []
  for (let i = -1; i < runs; i++) {
    await using scope = new ProcessScope({ graceMs: 0 })
    const direct = await timed(async () => void (await startStock(scope)))
    await scope.end()

    const through = await timed(async () => {
      const { status, end } = await client.debug.launch({
        session,
        python: file,
        interpreter: python,
        breakpoints: [`${file}:${breakpointLine}`],
        wait: 30,
      })
      if (status !== 'stopped') throw new Error(`the debug session is ${status}: ${end?.message}`)
    })
    await client.debug.terminate({ session, wait: 30 })
    if (i < 0) continue // warming up
    peer.push(direct)
    ours.push(through)
  }
  const [a, b] = [median(ours), median(peer)]
  return [
    {
      ...{ name: 'debugpy: launch over HTTP to first stop', beside: 'stock debugpy from its spawn' },
      ...judged({ ours: a, peer: b, unit: 'ms', ratio: a / b }, ratioUpTo(0.7)),
    },
  ]
}

await printIfMain(import.meta, bench)
