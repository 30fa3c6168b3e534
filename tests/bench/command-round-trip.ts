/**
 * From sending a command over HTTP until its exit code is known at the client, against a plain spawn of the same
 * command; and in a sandbox, against a plain spawn of bubblewrap with the options that the runner gives it. The services run
 * as `task up` starts them, in a clone of their own.
 *
 *     node tests/bench/command-round-trip.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { bubblewrapOptions } from '../../services/runner/sandbox/bubblewrap-options.ts'
import { hostView } from '../../services/runner/sandbox/host-view.ts'
import { findSandbox } from '../../services/runner/sandbox/sandbox.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { type Goal, upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, percentile, type Row } from './row.ts'
import { timed } from './timed.ts'

export async function bench({ runs = 300 }: { runs?: number } = {}): Promise<Row[]> {
  const rows = await roundTrip('', 'none', 'a plain spawn', () => ['true'], runs)
  const sandbox = await findSandbox('auto', process.env.PATH ?? '')
  if (sandbox.kind === 'none') return rows
  const enclosed = (clone: BenchServer['clone']) => [sandbox.program, ...options(clone), '--', 'true']
  return [
    ...rows,
    ...(await roundTrip(' in a sandbox', 'bubblewrap', 'a plain spawn of bubblewrap', enclosed, runs)),
  ]
}

/** As the runner has them, but for the paths that only a session knows. */
function options({ root, home }: BenchServer['clone']): string[] {
  const places = { own: [join(root, '.artifacts')], visible: [], path: process.env.PATH ?? '', home }
  const view = { ...hostView(places), writable: [root], temporary: root, directory: root, network: true }
  return bubblewrapOptions(view)
}

async function roundTrip(
  where: string,
  sandbox: 'none' | 'bubblewrap',
  beside: string,
  peer: (clone: BenchServer['clone']) => string[],
  runs: number,
): Promise<Row[]> {
  await using server = await startBenchServer({ DEBUG_SERVER__RUNNER__SANDBOX: sandbox })
  const { client, clone } = server
  const session = await server.session()
  const [program = '', ...rest] = peer(clone)
  const ours: number[] = []
  const theirs: number[] = []
  for (let i = -5; i < runs; i++) {
    const plain = await timed(async () => {
      const [code] = await once(spawn(program, rest, { stdio: 'ignore' }), 'exit')
      if (code !== 0) throw new Error(`${beside} ended with ${code}`)
    })
    const through = await timed(async () => {
      const { status, exit_code } = await client.commands.run({ session, command: ['true'], wait: 30 })
      if (status !== 'succeeded' || exit_code !== 0) throw new Error(`the command ended as ${status}`)
    })
    if (i < 0) continue // warming up
    theirs.push(plain)
    ours.push(through)
  }
  const row = (what: string, goal: Goal, a: number, b: number): Row => ({
    ...{ name: `command round trip${where}, ${what}`, beside, unit: 'ms' },
    ...{ ours: a, peer: b, ratio: a / b, goal: goal.text, met: goal.isMet({ ours: a, ratio: a / b }) },
  })
  const [a, b] = [median(ours), median(theirs)]
  const above: Goal = { text: '≤ 15 ms above', isMet: () => a - b <= 15 }
  return [
    row('median', above, a, b),
    row('99th percentile', upTo(50, 'ms'), percentile(ours, 0.99), percentile(theirs, 0.99)),
  ]
}

await printIfMain(import.meta, bench)
