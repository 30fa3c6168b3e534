/**
 * From sending a command over HTTP until its exit code is known at the client, against a plain spawn of the same
 * command. The services run as `task up` starts them, in a clone of their own.
 *
 *     node tests/bench/command-round-trip.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startBenchServer } from './bench-server.ts'
import { type Goal, upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, percentile, type Row } from './row.ts'
import { timed } from './timed.ts'

export async function bench({ runs = 300 }: { runs?: number } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  const { client } = server
  const session = await server.session()
  const ours: number[] = []
  const peer: number[] = []
  for (let i = -5; i < runs; i++) {
    const plain = await timed(async () => void (await once(spawn('true', { stdio: 'ignore' }), 'exit')))
    const through = await timed(async () => {
      const { status, exit_code } = await client.commands.run({ session, command: ['true'], wait: 30 })
      if (status !== 'succeeded' || exit_code !== 0) throw new Error(`the command ended as ${status}`)
    })
    if (i < 0) continue // warming up
    peer.push(plain)
    ours.push(through)
  }
  const row = (what: string, goal: Goal, a: number, b: number): Row => ({
    ...{ name: `command round trip, ${what}`, beside: 'a plain spawn', unit: 'ms' },
    ...{ ours: a, peer: b, ratio: a / b, goal: goal.text, met: goal.isMet({ ours: a, ratio: a / b }) },
  })
  const [a, b] = [median(ours), median(peer)]
  const above: Goal = { text: '≤ 15 ms above', isMet: () => a - b <= 15 }
  return [
    row('median', above, a, b),
    row('99th percentile', upTo(50, 'ms'), percentile(ours, 0.99), percentile(peer, 0.99)),
  ]
}

await printIfMain(import.meta, bench)
