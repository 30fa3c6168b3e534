/**
 * A program of C under lldb-dap and one of Go under Delve, inside the runner: to the first stop, by a step, and all that
 * stands at a stop, as the multiplexer tells them, against the same adapters driven directly, as an editor drives them.
 * Same adapter, same program, in turn.
 *
 *     node tests/bench/debug-native.ts [ENGINE…]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../services/contract/debug-request.ts'
import { delveEngine } from '../../services/runner/debug/delve/engine.ts'
import { findDelve } from '../../services/runner/debug/delve/find-delve.ts'
import type { Engine } from '../../services/runner/debug/engine.ts'
import { lldbEngine } from '../../services/runner/debug/lldb/engine.ts'
import { findLldb } from '../../services/runner/debug/lldb/find-lldb.ts'
import { openly } from '../../services/runner/sandbox/enclosure.ts'
import { noRequest } from '../services/runner/debug/live-rig.ts'
import { addedUpTo, judged, ratioUpTo } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { runnersSpawner, startLive } from './live-debuggee.ts'
import { type Peer, startDelve, startLldb } from './native-peers.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

const c = `int main(void) {
  int total = 0, numbers[10] = {1, 2, 3};
  for (long i = 0; i >= 0; i++) {
    total += (int)i;
    numbers[i % 10] = total;
  }
  return total;
}
`
const go = `package main

func main() {
	total := 0
	numbers := [10]int{1, 2, 3}
	for i := 0; i >= 0; i++ {
		total += i
		numbers[i%10] = total
	}
}
`

type Case = {
  readonly name: string
  readonly engine: Engine
  readonly debuggee: Pick<DebugRequest, 'program' | 'engines' | 'breakpoints'>
  readonly direct: (scope: ProcessScope) => Promise<Peer>
}

export async function bench({ runs = 200, engines = [] as readonly string[] } = {}): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-native-'))
  try {
    await using scope = new ProcessScope({ graceMs: 0 })
    const rows: Row[] = []
    for (const one of await cases(directory, scope))
      if (engines.length === 0 || engines.includes(one.name))
        rows.push(...(await measure(one, directory, scope, runs)))
    return rows
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function cases(directory: string, scope: ProcessScope): Promise<Case[]> {
  const build = (name: string, source: string, words: readonly string[]) => {
    writeFileSync(join(directory, name), source)
    const [file = '', ...rest] = words
    const built = spawnSync(file, rest, { cwd: directory })
    if (built.status !== 0) throw new Error(String(built.stderr))
  }
  const environment = { PATH: process.env.PATH ?? '' }
  const ground = { environment, directory: '/', enclosure: openly }
  const lldb = await findLldb(ground)
  const delve = await findDelve(ground)
  if (lldb === undefined || !delve.found) throw new Error('lldb-dap and dlv are needed')
  build('loop.c', c, ['gcc', '-g', '-O0', 'loop.c', '-o', 'loop-c'])
  build('loop.go', go, ['go', 'build', '-gcflags', 'all=-N -l', '-o', 'loop-go', 'loop.go'])
  const [cProgram, goProgram] = [join(directory, 'loop-c'), join(directory, 'loop-go')]
  return [
    {
      name: 'lldb-dap',
      engine: lldbEngine(scope),
      debuggee: {
        program: { kind: 'binary', file: cProgram, core: null },
        engines: ['lldb-dap'],
        breakpoints: ['loop.c:4'],
      },
      direct: own => startLldb(own, lldb, { program: cProgram, source: join(directory, 'loop.c'), line: 4 }),
    },
    {
      name: 'delve',
      engine: delveEngine(scope),
      debuggee: { program: { kind: 'go', path: goProgram }, engines: ['delve'], breakpoints: ['loop.go:7'] },
      direct: own =>
        startDelve(own, delve.delve.dlv, {
          program: goProgram,
          source: join(directory, 'loop.go'),
          line: 7,
        }),
    },
  ]
}

async function measure(
  { name, engine, debuggee, direct }: Case,
  directory: string,
  scope: ProcessScope,
  runs: number,
): Promise<Row[]> {
  using spawner = runnersSpawner()
  const start = () => startLive(engine, scope, directory, { ...noRequest, ...debuggee }, spawner)
  const starts = await inTurn(
    async () => void (await (await start()).end()),
    async () => {
      await using own = new ProcessScope({ graceMs: 0, within: scope })
      await direct(own)
    },
    { runs: Math.max(5, runs / 20), warm: 2 },
  )
  const live = await start()
  const peer = await direct(scope)
  const step = () => live.ask('debug.next', { wait: 30 })
  const atOnce = await inTurn(step, peer.step, { runs })
  const framed = await inTurn(step, peer.stepAndFrame, { runs })
  const paused = await inTurn(step, peer.step, { runs: runs / 4, pause: 50 })
  const looks = await inTurn(
    async () => {
      await live.ask('debug.stack')
      await live.ask('debug.variables')
    },
    peer.look,
    { runs },
  )
  await live.end()
  const limit = addedUpTo(0.5, 'ms')
  const beside = 'driven directly'
  return [
    { name: `${name}: spawn to first stop`, beside, ...judged(starts, ratioUpTo(1.1)) },
    { name: `${name}: step`, beside, ...judged(atOnce, limit) },
    { name: `${name}: step`, beside: 'and its frame asked for', ...judged(framed, limit) },
    { name: `${name}: step after 50 ms`, beside, ...judged(paused, limit) },
    { name: `${name}: stack and variables`, beside, ...judged(looks, limit) },
  ]
}

await printIfMain(import.meta, () => bench({ engines: process.argv.slice(2) }))
