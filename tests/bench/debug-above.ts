/**
 * What stands above the Debug Adapter Protocol, beside the same debugger without it, over HTTP: `debug.run_to_failure`
 * of a program that ends in an exception, against debugpy's own adapter driven directly from its spawn to the stop at
 * that exception; and what a traced call takes, and an untraced one while something is traced: the same program under
 * the debugger with a trace and without, by the program's own clock.
 *
 *     node tests/bench/debug-above.ts
 */
import { join, relative } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { SessionId } from '../../services/contract/ids.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { python, startStock } from './debugpy-peers.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { sourceRoot } from './source-root.ts'
import { timed } from './timed.ts'

const program = join(import.meta.dirname, 'calls.py')
const file = relative(sourceRoot, program)
const tracedCalls = 20_000
const otherCalls = 1_000_000

export async function bench({ runs = 5 }: { runs?: number } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  const session = await server.session()
  const failure = await compare(runs, () => report(server, session), direct)
  const ends = (words: [number, number], trace: boolean) => () => toItsEnd(server, session, words, trace)
  const hits = [tracedCalls, 0] as const
  const others = [0, otherCalls] as const
  const hit = await compare(runs, ends([...hits], true), ends([...hits], false))
  const other = await compare(runs, ends([...others], true), ends([...others], false))
  const each = ({ ours, peer }: Compared, calls: number) => ({
    ours: (ours / calls) * 1_000,
    peer: (peer / calls) * 1_000,
    ratio: ours / peer,
  })
  return [
    {
      ...{ name: 'run to failure', beside: 'debugpy to the stop', ...failure, unit: 'ms' },
      ratio: failure.ours / failure.peer,
      ...{ goal: '≤ 1,000 ms above it', met: failure.ours - failure.peer <= 1_000 },
    },
    {
      ...{ name: 'a traced call', beside: 'not traced', ...each(hit, tracedCalls), unit: 'µs/call' },
      ...{ goal: '≤ 1,500 µs above it', met: (hit.ours - hit.peer) / tracedCalls <= 1.5 },
    },
    {
      ...{ name: 'another call, while one is traced', beside: 'nothing traced' },
      ...{ ...each(other, otherCalls), unit: 'µs/call', goal: '–' },
    },
  ]
}

type Compared = { readonly ours: number; readonly peer: number }

/** In turn, after a run of each that is not counted. */
async function compare(
  runs: number,
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<Compared> {
  const ours: number[] = []
  const peer: number[] = []
  for (let i = -1; i < runs; i++) {
    const [a, b] = [await one(), await other()]
    if (i < 0) continue
    ours.push(a)
    peer.push(b)
  }
  return { ours: median(ours), peer: median(peer) }
}

const report = ({ client }: BenchServer, session: SessionId): Promise<number> =>
  timed(async () => {
    const { outcome, exception } = await client.debug.run_to_failure({
      ...{ session, python: file, interpreter: python, arguments: ['fail'], wait: 30 },
    })
    if (outcome !== 'exception' || exception?.type !== 'ZeroDivisionError')
      throw new Error(`the report says ${outcome}`)
  })

async function direct(): Promise<number> {
  await using scope = new ProcessScope({ graceMs: 0 })
  const milliseconds = await timed(
    async () => void (await startStock(scope, { program, arguments: ['fail'] })),
  )
  await scope.end()
  return milliseconds
}

/** What its calls take by its own clock, for its end takes longer than they do; all that were traced are counted. */
async function toItsEnd(
  { client }: BenchServer,
  session: SessionId,
  words: readonly number[],
  trace: boolean,
): Promise<number> {
  const launched = await client.debug.launch({
    ...{ session, python: file, interpreter: python, stop_on_entry: true, wait: 30 },
    arguments: words.map(String),
  })
  if (launched.status !== 'stopped') throw new Error(`the debug session is ${launched.status}`)
  if (trace) await client.debug.trace({ session, functions: [`${file}:traced`] })
  const { end } = await client.debug.continue({ session, wait: 60 })
  if (end?.exit_code !== 0) throw new Error(`it ended with ${end?.exit_code}: ${end?.message}`)
  const { chunks } = await client.debug.output({ session })
  const milliseconds = Number(chunks.map(chunk => ('text' in chunk ? chunk.text : '')).join(''))
  if (!(milliseconds > 0)) throw new Error('it has not told what its calls took')
  // What has recorded nothing is not kept.
  if (!trace || words[0] === 0) return milliseconds
  const { probes } = await client.debug.recorded({ session })
  if (probes[0]?.hits !== words[0]) throw new Error(`${probes[0]?.hits} of ${words[0]} calls were traced`)
  return milliseconds
}

await printIfMain(import.meta, bench)
