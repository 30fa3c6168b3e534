/**
 * A program of C under gdb, inside the runner: to its first stop, by a step, and all that stands at a stop, as the
 * multiplexer tells them (with source lines, through the bridge and the pipes of the debuggee's command), against gdb
 * spoken to directly. Same gdb, same program, in turn.
 *
 *     node tests/bench/debug-gdb.ts
 */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../services/contract/debug-request.ts'
import type { Engine } from '../../services/runner/debug/engine.ts'
import { gdbEngine } from '../../services/runner/debug/gdb/engine.ts'
import { openly } from '../../services/runner/sandbox/enclosure.ts'
import { liveRig, noRequest } from '../services/runner/debug/live-rig.ts'
import { DirectGdb } from './direct-gdb.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

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

type Step = () => Promise<unknown>
type Measured = Pick<Row, 'ours' | 'peer' | 'ratio' | 'unit'>

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
  const engine = gdbEngine(scope)
  const starts = await compare(
    async () => void (await (await start(engine, scope, directory, program)).end()),
    async () => {
      await using own = new ProcessScope({ graceMs: 0, within: scope })
      await DirectGdb.start(own, program, `loop.c:${line}`)
    },
    { runs: Math.max(5, runs / 20), warm: 2 },
  )
  const live = await start(engine, scope, directory, program)
  const direct = await DirectGdb.start(scope, program, `loop.c:${line}`)
  const step = () => live.ask('debug.next', { wait: 30 })
  const directStep = () => direct.go('-exec-next')
  const atOnce = await compare(step, directStep, { runs })
  const paused = await compare(step, directStep, { runs: runs / 4, pause: 50 })
  const looks = await compare(
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
  const limit = '≤ 0.5 ms above gdb driven directly'
  return [
    { name: 'gdb: spawn to first stop', ...starts, goal: '≤ 1.1×' },
    { name: 'gdb: step', ...atOnce, goal: limit },
    { name: 'gdb: step after 50 ms', ...paused, goal: limit },
    { name: 'gdb: stack and variables', ...looks, goal: limit },
  ]
}

/** As a runner does it, at the stop. */
async function start(engine: Engine, scope: ProcessScope, directory: string, program: string) {
  const teardowns: (() => unknown)[] = []
  const room = mkdtempSync(join(directory, 'room-'))
  mkdirSync(join(room, 'meeting'))
  const meeting = { outside: join(room, 'meeting'), inside: join(room, 'meeting') }
  const environment = { PATH: process.env.PATH ?? '' }
  const place = {
    ...{ worktree: directory, directory, environment, enclosure: openly, meeting: () => meeting },
  }
  const request: DebugRequest = {
    ...noRequest,
    program: { kind: 'binary', file: program, core: null },
    engines: ['gdb'],
    breakpoints: [`loop.c:${line}`],
  }
  const planned = await engine.plan(request, place, AbortSignal.timeout(30_000))
  if (!planned.ok) throw new Error(planned.failure.message)
  const teardown = (end: () => unknown) => void teardowns.push(end)
  const { live, ask } = liveRig({ teardown } as Parameters<typeof liveRig>[0], planned.plan, {
    scope,
    place,
    request,
  })
  const prepared = await live.prepare()
  if (!prepared.ok) throw new Error(prepared.failure.message)
  const [file = '', ...words] = prepared.program.words
  const log = openSync(join(room, 'log'), 'a')
  spawn(file, words, {
    cwd: directory,
    env: { ...environment, ...prepared.program.environment },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  live.launched()
  const { status } = await ask('debug.status', { wait: 30 })
  if (status !== 'stopped') throw new Error(`the debug session is ${status}`)
  await ask('debug.break', { breakpoints: request.breakpoints, remove: true })
  return {
    ask,
    end: async () => {
      for (const end of teardowns) await end()
    },
  }
}

/** In turn, each first as often: whoever goes after a wait finds processors and caches cold. */
async function compare(
  one: Step,
  other: Step,
  { runs, pause = 0, warm = 10 }: { runs: number; pause?: number; warm?: number },
): Promise<Measured> {
  const sides = [
    { step: one, took: [] as number[] },
    { step: other, took: [] as number[] },
  ] as const
  for (let i = -warm; i < runs; i++)
    for (const { step, took } of i % 2 === 0 ? sides : sides.toReversed()) {
      if (pause > 0) await delay(pause)
      const milliseconds = await timed(async () => void (await step()))
      if (i >= 0) took.push(milliseconds)
    }
  const [ours, peer] = [median(sides[0].took), median(sides[1].took)]
  return { ours, peer, ratio: ours / peer, unit: 'ms' }
}

await printIfMain(import.meta, bench)
