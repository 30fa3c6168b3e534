/**
 * A program of Node, inside the runner: to its first stop, by a step, and all that stands at a stop, as the multiplexer tells
 * them, against the inspector spoken to directly: over the port that Node opens, and over the socket of our own agent,
 * without the bridge. Same Node, same program, in turn.
 *
 *     node tests/bench/debug-node.ts
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../services/contract/debug-request.ts'
import { nodeEngine } from '../../services/runner/debug/node/engine.ts'
import { noRequest } from '../services/runner/debug/live-rig.ts'
import { overAgent } from './direct-agent.ts'
import { DirectInspector } from './direct-inspector.ts'
import { addedUpTo, ahead, judged, ratioUpTo } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { startLive } from './live-debuggee.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

const source = `function run() {
  const point = { x: 1, y: 2.5, name: 'point' }
  let total = 0
  const numbers = [1, 2, 3]
  for (let i = 0; i >= 0; i++) {
    total += i
    point.x = total
    numbers[i % 10] = total
  }
}
run()
`
const line = 6

export async function bench({ runs = 200 }: { runs?: number } = {}): Promise<Row[]> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'bench-node-')))
  try {
    const file = join(directory, 'loop.cjs')
    writeFileSync(file, source)
    return await measure(directory, file, runs)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measure(directory: string, file: string, runs: number): Promise<Row[]> {
  await using scope = new ProcessScope({ graceMs: 0 })
  const engine = nodeEngine(scope)
  const request: DebugRequest = {
    ...noRequest,
    program: { kind: 'node', file },
    engines: ['node'],
    interpreter: process.execPath,
    breakpoints: [`loop.cjs:${line}`],
  }
  const starts = await inTurn(
    async () => void (await (await startLive(engine, scope, directory, request)).end()),
    async () => {
      await using own = new ProcessScope({ graceMs: 0, within: scope })
      await DirectInspector.start(own, file, line)
    },
    { runs: Math.max(5, runs / 20), warm: 2 },
  )
  const live = await startLive(engine, scope, directory, request)
  const port = await DirectInspector.start(scope, file, line)
  await using agent = await overAgent(scope, directory, { file, line })
  const step = () => live.ask('debug.next', { wait: 30 })
  const overPort = await inTurn(step, () => port.go('Debugger.stepOver'), { runs: runs / 2 })
  const direct = () => agent.inspector.go('Debugger.stepOver')
  const added = await inTurn(step, direct, { runs })
  const paused = await inTurn(step, direct, { runs: runs / 4, pause: 50 })
  const looks = await inTurn(
    async () => {
      await live.ask('debug.stack')
      await live.ask('debug.variables')
    },
    () => agent.inspector.variables(),
    { runs },
  )
  await live.end()
  const limit = addedUpTo(0.5, 'ms')
  return [
    { name: 'node: spawn to first stop', beside: 'CDP over its port', ...judged(starts, ratioUpTo(0.6)) },
    { name: 'node: step', beside: 'CDP over its port', ...judged(overPort, ahead) },
    { name: 'node: step', beside: 'CDP over our agent', ...judged(added, limit) },
    { name: 'node: step after 50 ms', beside: 'CDP over our agent', ...judged(paused, limit) },
    { name: 'node: stack and variables', beside: 'CDP over our agent', ...judged(looks, limit) },
  ]
}

await printIfMain(import.meta, bench)
