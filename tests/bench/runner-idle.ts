/**
 * What a runner costs that has nothing to do: ten sessions at rest, nobody asks. Processor time, memory, and how often it
 * wakes up, over half a minute. The peer is a Node that has a timer of a second and nothing else, over the same time.
 *
 *     node tests/bench/runner-idle.ts
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { startBenchServer } from './bench-server.ts'
import { type Goal, upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

export async function bench({ seconds = 30, sessions = 10 } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  for (let i = 0; i < sessions; i++) await server.session()
  const line = server.clone.processes().find(text => text.includes('services/runner/main.ts'))
  if (line === undefined) throw new Error('there is no runner')
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  try {
    const pids = [Number.parseInt(line, 10), bare.pid ?? -1] as const
    await delay(10_000) // what the beginning has left to do
    const before = pids.map(look)
    await delay(seconds * 1_000)
    const after = pids.map(look)
    const each = (value: (before: Look, after: Look) => number): [ours: number, peer: number] => {
      const [ours, peer] = pids.map((_, i) => value(before[i] ?? nothing, after[i] ?? nothing))
      return [ours ?? Number.NaN, peer ?? Number.NaN]
    }
    return [
      row('processor', upTo(0.5, '%'), '%', ...each((a, b) => (b.ticks - a.ticks) / seconds)),
      row('memory', upTo(120, 'MB'), 'MB', ...each((_, b) => (b.kibibytes / 1_000) * 1.024)),
      row('wakes up', upTo(10, '1/s'), '1/s', ...each((a, b) => (b.wakes - a.wakes) / seconds)),
    ]
  } finally {
    bare.kill()
  }
}

/** Ticks of 1/100 s of a processor, resident memory, and how often its main thread has waited for something. */
type Look = { readonly ticks: number; readonly kibibytes: number; readonly wakes: number }
const nothing: Look = { ticks: Number.NaN, kibibytes: Number.NaN, wakes: Number.NaN }

function look(pid: number): Look {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // utime and stime, which are fields 14 and 15 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const numberOf = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1])
  return {
    ticks: Number(fields[11]) + Number(fields[12]),
    kibibytes: numberOf('VmRSS'),
    wakes: numberOf('voluntary_ctxt_switches'),
  }
}

const row = (what: string, goal: Goal, unit: string, ours: number, peer: number): Row => ({
  ...{ name: `runner at rest, ${what}`, beside: 'a timer of 1 s', ours, peer, unit, ratio: ours / peer },
  ...{ goal: goal.text, met: goal.isMet({ ours, ratio: ours / peer }) },
})

await printIfMain(import.meta, bench)
