/**
 * From sending a command over HTTP until its exit code is known at the client, against a plain spawn of the same
 * command. The services run as `task up` starts them, in a clone of their own.
 *
 *     node tests/bench/command-round-trip.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createClient } from '../../client/sdk/client.ts'
import { makeClone } from '../end-to-end/clone.ts'
import { median, type Row } from './row.ts'

export async function bench({ runs = 100 }: { runs?: number } = {}): Promise<Row[]> {
  const ends: (() => Promise<void>)[] = []
  try {
    const clone = makeClone({ teardown: end => ends.push(end) })
    const up = await clone.task(['up'])
    if (up.code !== 0) throw new Error(up.stderr)
    const { api } = JSON.parse(readFileSync(clone.path('.artifacts/run/endpoints.json'), 'utf8'))
    const client = createClient({
      baseUrl: api.url,
      token: readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim(),
    })
    await client.repositories.add({ url: clone.root, name: 'bench', wait: 30 })
    const { id: session } = await client.sessions.create({ repository: 'bench', wait: 30 })
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
  } finally {
    for (const end of ends) await end()
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
