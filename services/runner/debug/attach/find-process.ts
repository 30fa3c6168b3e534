import type { CommandFailure } from '../../../contract/command-state.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import type { DebugEngine } from '../../../contract/debug-state.ts'
import type { CommandId, SessionId } from '../../../contract/ids.ts'
import { listCommands } from '../../../store/commands.ts'
import { isolationOf } from '../../../store/sessions.ts'
import type { RunnerContext } from '../../context.ts'
import { enginesOfProcess, hasAgent, usualEngines } from './process-kind.ts'
import { type OwnProcess, processesOf } from './session-processes.ts'

export type FoundProcess =
  | { readonly ok: true; readonly process: OwnProcess; readonly engines: readonly DebugEngine[] }
  | { readonly ok: false; readonly failure: CommandFailure }

type Wanted = Extract<DebugRequest['program'], { kind: 'process' }>

/**
 * The processes of a session's commands. Where it runs in a sandbox, nothing outside of that is one, whatever it bears: a
 * debugger is where the process is that it is attached to.
 */
export async function processesIn(
  { store }: Pick<RunnerContext, 'store'>,
  session: SessionId,
  wanted: (id: CommandId) => boolean = () => true,
): Promise<OwnProcess[]> {
  const [rows, row] = await Promise.all([listCommands(store, session), isolationOf(store, session)])
  const running = rows.filter(({ id, status }) => status === 'running' && wanted(id))
  const found = processesOf(running)
  return row?.isolation === 'bubblewrap' ? found.filter(({ apart }) => apart) : found
}

/**
 * The process of a session that is meant, and the debuggers that it may have of those that are wanted. Only a process of one
 * of the session's own commands is found; of any other nothing is told, not even that it is there.
 */
export async function findProcess(
  context: Pick<RunnerContext, 'store'>,
  { session, except }: { readonly session: SessionId; readonly except: CommandId },
  { pid, command }: Wanted,
  wanted: readonly DebugEngine[],
): Promise<FoundProcess> {
  const all = await processesIn(
    context,
    session,
    id => id !== except && (command === null || isMeant(id, command)),
  )
  const found = all.filter(one => one.pid === pid)
  const [process, other] = found
  if (process === undefined) {
    const where = command === null ? 'this session' : `${command}, which would have to run in this session`
    return no('executable_not_found', `there is no process ${pid} in ${where}; debug.processes lists them`)
  }
  if (other !== undefined) {
    const commands = found.map(one => one.command).join(' and ')
    return no('executable_not_found', `there is a process ${pid} in ${commands}: name the command as well`)
  }
  const able = enginesOfProcess(process.hostPid)
  if (able.length === 0)
    return no('not_executable', `process ${pid} runs nothing that can be looked at: no debugger is for it`)
  // All are wanted where nobody has chosen one.
  const [only] = wanted
  const engines =
    wanted.length > 1 || only === undefined ? usualEngines(able) : able.filter(one => one === only)
  if (engines.length === 0)
    return no('not_executable', `process ${pid} is nothing for ${only}; expected ${able.join(' or ')}`)
  if (engines.includes('node') && hasAgent(process.hostPid))
    return no(
      'spawn_failed',
      `process ${pid} of ${process.command} is debugged already: see debug.list; gdb or lldb-dap, as engine, look at it as a native program`,
    )
  if (process.traced)
    return no('spawn_failed', `process ${pid} has a debugger already, and can have one at a time`)
  return { ok: true, process, engines }
}

const isMeant = (id: string, named: string): boolean =>
  id === named || id.startsWith(named) || id.startsWith(`cmd_${named}`)

const no = (reason: CommandFailure['reason'], message: string): FoundProcess => ({
  ok: false,
  failure: { reason, message },
})
