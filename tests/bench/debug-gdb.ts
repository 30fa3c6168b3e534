/**
 * A program of C under gdb, inside the runner: to its first stop, by a step, and all that stands at a stop, as the
 * multiplexer tells them (with source lines, through the bridge and the pipes of the debuggee's command), against gdb
 * spoken to directly. Same gdb, same program, in turn.
 *
 *     node tests/bench/debug-gdb.ts
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../services/contract/debug-request.ts'
import { gdbEngine } from '../../services/runner/debug/gdb/engine.ts'
import { noRequest } from '../services/runner/debug/live-rig.ts'
import { DirectGdb } from './direct-gdb.ts'
import { addedUpTo, judged, ratioUpTo } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { runnersSpawner, startLive } from './live-debuggee.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

const source = `struct point { int x; double y; const char *name; };
int main(void) {
  struct point point = {1, 2.5, "point"};
  int total = 0, numbers[10] = {1, 2, 3};
  for (long i = 0; i >= 0; i++) {
    total += (int)i;
    point.x = total;
    numbers[i % 10] = total;
  }
  return total;
}
`
const line = 6

export async function bench({ runs = 200 }: { runs?: number } = {}): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-gdb-'))
  try {
    const file = join(directory, 'loop.c')
    writeFileSync(file, source)
    const program = join(directory, 'loop')
    const built = spawnSync('gcc', ['-g', '-O0', file, '-o', program])
    if (built.status !== 0) throw new Error(String(built.stderr))
    return await measure(directory, program, runs)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measure(directory: string, program: string, runs: number): Promise<Row[]> {
  await using scope = new ProcessScope({ graceMs: 0 })
  using spawner = runnersSpawner()
  const engine = gdbEngine(scope)
  const start = () => startLive(engine, scope, directory, requestOf(program), spawner)
  const starts = await inTurn(
    async () => void (await (await start()).end()),
    async () => {
      await using own = new ProcessScope({ graceMs: 0, within: scope })
      await DirectGdb.start(own, program, `loop.c:${line}`)
    },
    { runs: Math.max(5, runs / 20), warm: 2 },
  )
  const live = await start()
  const direct = await DirectGdb.start(scope, program, `loop.c:${line}`)
  const step = () => live.ask('debug.next', { wait: 30 })
  const directStep = () => direct.go('-exec-next')
  const atOnce = await inTurn(step, directStep, { runs })
  const paused = await inTurn(step, directStep, { runs: runs / 4, pause: 50 })
  const looks = await inTurn(
    async () => {
      await live.ask('debug.stack')
      await live.ask('debug.variables')
    },
    async () => {
      await direct.ask('-stack-list-frames')
      await direct.ask('-stack-list-variables --thread 1 --frame 0 --all-values')
    },
    { runs },
  )
  await live.end()
  const added = addedUpTo(0.5, 'ms')
  return [
    { name: 'gdb: spawn to first stop', ...judged(starts, ratioUpTo(1.1)) },
    { name: 'gdb: step', ...judged(atOnce, added) },
    { name: 'gdb: step after 50 ms', ...judged(paused, added) },
    { name: 'gdb: stack and variables', ...judged(looks, added) },
  ].map(row => ({ ...row, beside: 'MI driven directly' }))
}

const requestOf = (program: string): DebugRequest => ({
  ...noRequest,
  program: { kind: 'binary', file: program, core: null },
  engines: ['gdb'],
  breakpoints: [`loop.c:${line}`],
})

await printIfMain(import.meta, bench)
