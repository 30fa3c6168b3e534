import type { DebugSessionId, SessionId } from '../../services/contract/ids.ts'
import { type Language, languages } from '../services/runner/debug/matrix/languages.ts'
import type { BenchServer } from './bench-server.ts'
import { python } from './debugpy-peers.ts'

const programs = 'tests/services/runner/debug/matrix/programs'

/** A session in whose worktree the program of a language has been built. */
export async function builtProgram(
  { client, session }: BenchServer,
  { file, build }: Language = languages.gdb,
): Promise<SessionId> {
  const id = await session()
  if (build === undefined) return id
  const command = [...build.words(`${programs}/${file}`, 'app')]
  const { status } = await client.commands.run({
    ...{ session: id, command, wait: 60 },
    environment: build.environment ?? {},
  })
  if (status !== 'succeeded') throw new Error(`the program could not be built: ${status}`)
  return id
}

/** Has it stop in a loop without end, under the debugger of its language, and takes the breakpoint away. */
export async function launchSpinning(
  { client }: BenchServer,
  session: SessionId,
  { file, engine }: Language = languages.gdb,
): Promise<DebugSessionId> {
  const source = `${programs}/${file}`
  const program = {
    debugpy: { python: source, interpreter: python },
    gdb: { binary: 'app' },
    'lldb-dap': { binary: 'app' },
    node: { node: source },
    delve: { go: 'app' },
  }[engine]
  const { id, status, end } = await client.debug.launch({
    ...{ session, ...program, engine, arguments: ['spin'], wait: 60 },
    breakpoints: [`${source}:"mark: spin"`],
  })
  if (status !== 'stopped') throw new Error(`the debug session is ${status}: ${end?.message}`)
  await client.debug.break({ session, debug: id, clear: true })
  return id
}
