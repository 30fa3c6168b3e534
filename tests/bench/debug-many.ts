/**
 * What others cost who debug at the same time: a step of one debug session over our WebSocket, alone and with 49 more open and
 * ten viewers on it; and what each of those takes of the runner's memory. Under each debugger by itself.
 *
 *     node tests/bench/debug-many.ts [ENGINE…]
 */
import { readFileSync } from 'node:fs'
import { type LanguageName, languages } from '../services/runner/debug/matrix/languages.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { DebugSocket } from './debug-socket.ts'
import { ratioUpTo, upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { builtProgram, launchSpinning } from './spinning-program.ts'
import { timed } from './timed.ts'

const names = ['debugpy', 'gdb', 'lldb-dap', 'node', 'delve'] as const satisfies LanguageName[]
type Name = (typeof names)[number]

type Options = { sessions?: number; viewers?: number; runs?: number; engines?: readonly Name[] }

export async function bench({ engines = names, ...options }: Options = {}): Promise<Row[]> {
  const rows: Row[] = []
  for (const name of engines) {
    // A server of its own: what another debugger has left of the runner's memory is not counted.
    await using server = await startBenchServer({ DEBUG_SERVER__DEBUG__SESSIONS: '64' })
    rows.push(...(await measure(server, name, options)))
  }
  return rows
}

async function measure(
  server: BenchServer,
  name: Name,
  { sessions = 50, viewers = 10, runs = 200 }: Options,
): Promise<Row[]> {
  await using ends = new AsyncDisposableStack()
  const language = languages[name]
  const session = await builtProgram(server, language)
  await launchSpinning(server, session, language)
  const socket = ends.use(await DebugSocket.open(server, session))
  await socket.take()
  const steps = async () => {
    const took: number[] = []
    for (let i = -20; i < runs; i++) {
      const milliseconds = await timed(() => socket.step())
      if (i >= 0) took.push(milliseconds)
    }
    return median(took)
  }
  const alone = await steps()
  const before = runnerMebibytes(server)
  const others = await builtProgram(server, language)
  for (let i = 1; i < sessions; i++) await launchSpinning(server, others, language)
  for (let i = 0; i < viewers; i++) ends.use(await DebugSocket.open(server, session))
  const together = await steps()
  const each = (runnerMebibytes(server) - before) / (sessions - 1)
  const [ratio, memory] = [ratioUpTo(1.3), upTo(2, 'MiB')]
  return [
    {
      ...{
        name: `${name}: a step beside ${sessions - 1} others, ${viewers} viewers`,
        beside: 'alone',
        unit: 'ms',
      },
      ...{ ours: together, peer: alone, ratio: together / alone },
      ...{ goal: ratio.text, met: ratio.isMet({ ours: together, ratio: together / alone }) },
    },
    {
      ...{ name: `${name}: memory of the runner, a session`, ours: each, peer: Number.NaN, unit: 'MiB' },
      ...{ ratio: Number.NaN, goal: memory.text, met: memory.isMet({ ours: each, ratio: Number.NaN }) },
    },
  ]
}

function runnerMebibytes({ clone }: BenchServer): number {
  const line = clone.processes().find(text => text.includes('services/runner/main.ts'))
  const status = readFileSync(`/proc/${Number.parseInt(line ?? '', 10)}/status`, 'latin1')
  return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) / 1_024
}

const chosen = names.filter(name => process.argv.includes(name))
await printIfMain(import.meta, () => bench(chosen.length === 0 ? {} : { engines: chosen }))
