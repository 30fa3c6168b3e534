/**
 * From sending a command over HTTP until its exit code is known at the client, against a plain spawn of the same
 * command. The services run as `task up` starts them, in a clone of their own.
 *
 *     node tests/bench/command-round-trip.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startBenchServer } from './bench-server.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

export async function bench({ runs = 100 }: { runs?: number } = {}): Promise<Row[]> {
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
  const [a, b] = [median(ours), median(peer)]
  return [
    {
      name: 'command round trip',
      ours: a,
      peer: b,
      unit: 'ms',
      ratio: a / b,
      goal: '≤ 25 ms above a plain spawn',
    },
  ]
}

await printIfMain(import.meta, bench)
