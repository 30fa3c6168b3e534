/**
 * From asking for a step over our WebSocket until its stop is known there (the event `stopped`, which tells the frame as
 * well), under each debugger but debugpy, which `debug-step.ts` measures: against the same debugger driven directly. Same
 * program, in turn.
 *
 *     node tests/bench/debug-socket-steps.ts [ENGINE…]
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { findDelve } from '../../services/runner/debug/delve/find-delve.ts'
import { findLldb } from '../../services/runner/debug/lldb/find-lldb.ts'
import { openly } from '../../services/runner/sandbox/enclosure.ts'
import { build, languages, lineOf, sourceOf } from '../services/runner/debug/matrix/languages.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { DebugSocket } from './debug-socket.ts'
import { overAgent } from './direct-agent.ts'
import { DirectGdb } from './direct-gdb.ts'
import { addedUpTo, judged } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { startDelve, startLldb } from './native-peers.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { builtProgram, launchSpinning } from './spinning-program.ts'

const names = ['gdb', 'lldb-dap', 'node', 'delve'] as const
type Name = (typeof names)[number]

/** The program of a language at its stop in the loop, and nothing between us and its debugger. */
type Direct = AsyncDisposable & { readonly step: () => Promise<void> }

export async function bench({ runs = 200, engines = names as readonly Name[] } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  const rows: Row[] = []
  for (const name of engines) rows.push(...(await measure(server, name, runs)))
  return rows
}

async function measure(server: BenchServer, name: Name, runs: number): Promise<Row[]> {
  const session = await builtProgram(server, languages[name])
  await launchSpinning(server, session, languages[name])
  await using socket = await DebugSocket.open(server, session)
  await socket.take()
  await using direct = await directly(name)
  const ours = () => socket.step()
  const atOnce = await inTurn(ours, direct.step, { runs })
  const paused = await inTurn(ours, direct.step, { runs: runs / 4, pause: 50 })
  const limit = addedUpTo(2, 'ms')
  const beside = 'driven directly'
  return [
    { name: `${name}: step over WebSocket`, beside, ...judged(atOnce, limit) },
    { name: `${name}: step after 50 ms`, beside, ...judged(paused, limit) },
  ]
}

async function directly(name: Name): Promise<Direct> {
  await using ends = new AsyncDisposableStack()
  const directory = ends.adopt(realpathSync(mkdtempSync(join(tmpdir(), 'bench-steps-'))), path =>
    rmSync(path, { recursive: true, force: true }),
  )
  const language = languages[name]
  const file = join(directory, language.file)
  writeFileSync(file, sourceOf(language))
  build(language, directory, language.file)
  const place = { program: join(directory, 'app'), source: file, line: lineOf(language, 'spin') }
  const step = await stepper(name, ends, directory, { ...place, arguments: ['spin'] })
  const moved = ends.move()
  return { step, [Symbol.asyncDispose]: () => moved.disposeAsync() }
}

type At = { program: string; source: string; line: number; arguments: readonly string[] }

async function stepper(
  name: Name,
  ends: AsyncDisposableStack,
  directory: string,
  at: At,
): Promise<Direct['step']> {
  const scope = ends.use(new ProcessScope({ graceMs: 0 }))
  const ground = { environment: { PATH: process.env.PATH ?? '' }, directory: '/', enclosure: openly }
  switch (name) {
    case 'gdb': {
      const gdb = await DirectGdb.start(scope, at.program, `${at.source}:${at.line}`, at.arguments)
      return () => gdb.go('-exec-next')
    }
    case 'lldb-dap': {
      const lldb = await findLldb(ground)
      if (lldb === undefined) throw new Error('there is no lldb-dap')
      return (await startLldb(scope, lldb, at)).step
    }
    case 'node': {
      const { inspector } = ends.use(await overAgent(scope, directory, { ...at, file: at.source }))
      return () => inspector.go('Debugger.stepOver')
    }
    case 'delve': {
      const found = await findDelve(ground)
      if (!found.found) throw new Error(found.message)
      return (await startDelve(scope, found.delve.dlv, at)).step
    }
  }
}

const chosen = names.filter(name => process.argv.includes(name))
await printIfMain(import.meta, () => bench(chosen.length === 0 ? {} : { engines: chosen }))
