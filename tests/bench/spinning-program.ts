import type { DebugSessionId, SessionId } from '../../services/contract/ids.ts'
import type { BenchServer } from './bench-server.ts'

const programs = 'tests/services/runner/debug/matrix/programs'

/** A session in whose worktree a program of C has been built. */
export async function builtProgram({ client, session }: BenchServer): Promise<SessionId> {
  const id = await session()
  const command = ['gcc', '-g', '-pthread', '-o', 'app', `${programs}/app.c`]
  const { status } = await client.commands.run({ session: id, command, wait: 60 })
  if (status !== 'succeeded') throw new Error(`the program could not be built: ${status}`)
  return id
}

/** Has it stop under gdb in a loop without end, and takes the breakpoint away. */
export async function launchSpinning({ client }: BenchServer, session: SessionId): Promise<DebugSessionId> {
  const breakpoints = [`${programs}/app.c:"mark: spin"`]
  const program = { binary: 'app', engine: 'gdb' as const, arguments: ['spin'] }
  const { id, status, end } = await client.debug.launch({ session, ...program, breakpoints, wait: 60 })
  if (status !== 'stopped') throw new Error(`the debug session is ${status}: ${end?.message}`)
  await client.debug.break({ session, debug: id, clear: true })
  return id
}
