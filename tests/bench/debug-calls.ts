/**
 * What stands above the protocol, with debuggers that know nothing of it, inside the runner: what a traced call takes (200
 * calls that are recorded, beside the same calls that are not), and what `run_to_failure` takes beside the way to the stop
 * that it reports.
 *
 *     node tests/bench/debug-calls.ts
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { recordedSchema } from '../../services/contract/debug-probes.ts'
import { failureReportSchema } from '../../services/contract/debug-report.ts'
import type { DebugRequest } from '../../services/contract/debug-request.ts'
import { delveEngine } from '../../services/runner/debug/delve/engine.ts'
import type { Engine } from '../../services/runner/debug/engine.ts'
import { gdbEngine } from '../../services/runner/debug/gdb/engine.ts'
import { lldbEngine } from '../../services/runner/debug/lldb/engine.ts'
import { nodeEngine } from '../../services/runner/debug/node/engine.ts'
import { noRequest } from '../services/runner/debug/live-rig.ts'
import { build, languages, lineOf, sourceOf } from '../services/runner/debug/matrix/languages.ts'
import { addedUpTo, judged } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { startLive } from './live-debuggee.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

const engines = {
  gdb: gdbEngine,
  'lldb-dap': lldbEngine,
  node: nodeEngine,
  delve: delveEngine,
} as const
type Name = keyof typeof engines

/** Of `next_of` in the programs of the matrix. */
const calls = 200

export async function bench({ runs = 5 }: { runs?: number } = {}): Promise<Row[]> {
  const rows: Row[] = []
  for (const name of Object.keys(engines) as Name[]) rows.push(...(await measure(name, runs)))
  return rows
}

async function measure(name: Name, runs: number): Promise<Row[]> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'bench-calls-')))
  try {
    await using scope = new ProcessScope({ graceMs: 0 })
    const language = languages[name]
    writeFileSync(join(directory, language.file), sourceOf(language))
    const program = build(language, directory, language.file)
    const engine = engines[name](scope)
    const request = (scenario: string, more: Partial<DebugRequest>): DebugRequest => ({
      ...noRequest,
      ...{ program, engines: [language.engine], arguments: [scenario], ...more },
    })
    const toLast = async (traced: boolean): Promise<number> => {
      const live = await startLive(engine, scope, directory, request('calls', { stop_on_entry: true }))
      await live.ask('debug.break', { breakpoints: [`${language.file}:${lineOf(language, 'called')}`] })
      if (traced) await live.ask('debug.trace', { functions: [`${language.file}:next_of`] })
      const milliseconds = await timed(async () => {
        const { status } = await live.ask('debug.continue', { wait: 60 })
        if (status !== 'stopped') throw new Error(`${name}: the debug session is ${status}`)
      })
      if (traced) await expectHits(live.ask)
      await live.end()
      return milliseconds
    }
    const hits = await compared(
      runs,
      () => toLast(true),
      () => toLast(false),
    )
    const fails = request('fails', { exceptions: 'failures' })
    const reports = await inTurn(
      () => toFailure(engine, scope, directory, fails, true),
      () => toFailure(engine, scope, directory, fails, false),
      { runs, warm: 1 },
    )
    const each = {
      ours: hits.ours / calls,
      peer: hits.peer / calls,
      ratio: hits.ours / hits.peer,
      unit: 'ms/call',
    }
    return [
      { name: `${name}: a traced call`, beside: 'not traced', ...judged(each, addedUpTo(1.5, 'ms')) },
      { name: `${name}: run_to_failure`, beside: 'to the stop', ...judged(reports, addedUpTo(1_000, 'ms')) },
    ]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function compared(runs: number, one: () => Promise<number>, other: () => Promise<number>) {
  const took: [number, number][] = []
  for (let i = 0; i < runs; i++) took.push([await one(), await other()])
  return { ours: median(took.map(([ours]) => ours)), peer: median(took.map(([, peer]) => peer)) }
}

type Ask = Awaited<ReturnType<typeof startLive>>['ask']

async function expectHits(ask: Ask): Promise<void> {
  const { probes } = recordedSchema.parse(await ask('debug.recorded'))
  if (probes[0]?.hits !== calls) throw new Error(`${probes[0]?.hits} of ${calls} calls were traced`)
}

async function toFailure(
  engine: Engine,
  scope: ProcessScope,
  directory: string,
  request: DebugRequest,
  reported: boolean,
): Promise<void> {
  const live = await startLive(engine, scope, directory, request)
  if (reported) {
    // What is to run has been launched.
    const report = failureReportSchema.parse(
      await live.ask('debug.run_to_failure', { binary: 'app', wait: 30 }),
    )
    if (!report.kept || report.frames.length === 0) throw new Error(`the report says ${report.outcome}`)
  }
  await live.end()
}

await printIfMain(import.meta, bench)
