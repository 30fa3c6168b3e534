/**
 * What others cost who debug at the same time: a step of one debug session over our WebSocket, alone and with 49 more open and
 * ten viewers on it; and what each of those takes of the runner's memory. A program of C, under gdb.
 *
 *     node tests/bench/debug-many.ts
 */
import { readFileSync } from 'node:fs'
import type { SessionId } from '../../services/contract/ids.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { DebugSocket } from './debug-socket.ts'
import { ratioUpTo, upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

const programs = 'tests/services/runner/debug/matrix/programs'

export async function bench({ sessions = 50, viewers = 10, runs = 200 } = {}): Promise<Row[]> {
  await using server = await startBenchServer({ DEBUG_SERVER__DEBUG__SESSIONS: '64' })
  await using ends = new AsyncDisposableStack()
  const session = await built(server)
  await launch(server, session)
  const socket = ends.use(await DebugSocket.open(server, session))
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
  const others = await built(server)
  for (let i = 1; i < sessions; i++) await launch(server, others)
  for (let i = 0; i < viewers; i++) ends.use(await DebugSocket.open(server, session))
  const together = await steps()
  const each = (runnerMebibytes(server) - before) / (sessions - 1)
  const [ratio, memory] = [ratioUpTo(1.3), upTo(2, 'MiB')]
  return [
    {
      ...{ name: `a step beside ${sessions - 1} others, ${viewers} viewers`, beside: 'alone', unit: 'ms' },
      ...{ ours: together, peer: alone, ratio: together / alone },
      ...{ goal: ratio.text, met: ratio.isMet({ ours: together, ratio: together / alone }) },
    },
    {
      ...{ name: 'memory of the runner, a debug session', ours: each, peer: Number.NaN, unit: 'MiB' },
      ...{ ratio: Number.NaN, goal: memory.text, met: memory.isMet({ ours: each, ratio: Number.NaN }) },
    },
  ]
}

/** A session in whose worktree the program has been built. */
async function built({ client, session }: BenchServer): Promise<SessionId> {
  const id = await session()
  const command = ['gcc', '-g', '-pthread', '-o', 'app', `${programs}/app.c`]
  const { status } = await client.commands.run({ session: id, command, wait: 60 })
  if (status !== 'succeeded') throw new Error(`the program could not be built: ${status}`)
  return id
}

/** Stops in a loop without end, and takes the breakpoint away. */
async function launch({ client }: BenchServer, session: SessionId): Promise<void> {
  const breakpoints = [`${programs}/app.c:"mark: spin"`]
  const program = { binary: 'app', engine: 'gdb' as const, arguments: ['spin'] }
  const { id, status, end } = await client.debug.launch({ session, ...program, breakpoints, wait: 60 })
  if (status !== 'stopped') throw new Error(`the debug session is ${status}: ${end?.message}`)
  await client.debug.break({ session, debug: id, clear: true })
}

function runnerMebibytes({ clone }: BenchServer): number {
  const line = clone.processes().find(text => text.includes('services/runner/main.ts'))
  const status = readFileSync(`/proc/${Number.parseInt(line ?? '', 10)}/status`, 'latin1')
  return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) / 1_024
}

await printIfMain(import.meta, bench)
