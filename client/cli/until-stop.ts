import type { DebugSession } from '../../services/contract/debug-resources.ts'
import type { DebugEnd } from '../../services/contract/debug-state.ts'
import type { CallName, Input } from '../sdk/operation-types.ts'
import { CliError } from './cli-error.ts'
import { exitCodes, signalExitCodes } from './exit-codes.ts'
import { hint } from './hint.ts'
import { Interruption } from './interruption.ts'
import { print } from './print.ts'
import { startProgress } from './progress.ts'
import { renderUnverified } from './render/breakpoints.ts'
import { renderHolder } from './render/control.ts'
import { renderStanding } from './render/debug-session.ts'
import { type NamedDebug, typedAgain } from './typed-again.ts'
import type { ActContext, RenderContext } from './words/words.ts'

/** The operations that answer with where the debuggee stands, and may be held until it does. */
export type WaitingName = Extract<
  CallName,
  | 'debug.launch'
  | 'debug.status'
  | 'debug.continue'
  | 'debug.next'
  | 'debug.step_in'
  | 'debug.step_out'
  | 'debug.step_back'
  | 'debug.until'
  | 'debug.pause'
  | 'debug.restart'
  | 'debug.rerun'
  | 'debug.terminate'
>

type Asked = NamedDebug & { readonly wait?: number | undefined }

/**
 * The act of such an operation: waits, shows where the debuggee stands, and what to do next. The program's own end is
 * no failure of the call, whatever its exit code; that its debugger failed is one, but not of `status` and
 * `terminate`, which only tell of it.
 */
export const untilStop = <Name extends WaitingName>(name: Name) => {
  const act = async (input: Input<Name>, context: ActContext): Promise<number> => {
    const debug: DebugSession = await waited(name, input, context, () => context.client.call(name, input))
    const failed = debug.end !== null && !onlyTells(name) && failures[debug.end.reason]
    if (!failed || context.json)
      await print(context, debug, (value, rendering) => shown(name, value, rendering))
    if (failed && debug.end !== null) throw failure(debug, debug.end)
    const next = whatNext(name, debug, typedAgain(input))
    if (next !== undefined) await hint(context, next)
    return exitCodes.success
  }
  return async () => ({ act })
}

function shown(name: WaitingName, debug: DebugSession, context: RenderContext): string {
  switch (name) {
    case 'debug.launch':
    case 'debug.status':
    case 'debug.restart':
    case 'debug.rerun':
      return `${debug.id} (${debug.command})\n${renderStanding(debug)}${renderHolder(debug.control)}${renderUnverified(debug.breakpoints, context)}`
    case 'debug.continue':
    case 'debug.next':
    case 'debug.step_in':
    case 'debug.step_out':
    case 'debug.step_back':
    case 'debug.until':
    case 'debug.pause':
    case 'debug.terminate':
      return renderStanding(debug)
  }
}

/** What to do where the debuggee goes on, and where it has failed. */
function whatNext(name: WaitingName, { status, end }: DebugSession, named: string): string | undefined {
  switch (status) {
    case 'launching':
    case 'running':
      return name === 'debug.terminate'
        ? `it has not ended yet; see with "debug-server debug status ${named} --wait 30s"`
        : `stop it where it is with "debug-server debug pause ${named}", or wait with "debug-server debug status ${named} --wait 30s"`
    case 'stopped':
      return undefined
    case 'ended':
      return end?.reason === 'exited' && end.exit_code !== 0
        ? `see what it wrote with "debug-server debug output ${named}"`
        : undefined
  }
}

const onlyTells = (name: WaitingName): boolean => name === 'debug.status' || name === 'debug.terminate'

/** With the progress on a terminal; Ctrl+C ends the waiting alone. */
async function waited(
  name: WaitingName,
  { wait = 0, ...named }: Asked,
  { io, json }: ActContext,
  call: () => Promise<DebugSession>,
): Promise<DebugSession> {
  using _ = startProgress(io, waitingFor[name], json || wait === 0 || io.stderr.isTTY !== true)
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    throw new CliError(
      'interrupted',
      signalExitCodes[error.signal],
      'stopped waiting; the debuggee stays as it is',
      {
        fix: `see where it is with "debug-server debug status ${typedAgain(named)}"\n  end it with "debug-server debug stop ${typedAgain(named)}"`,
      },
    )
  }
}

const waitingFor: Record<WaitingName, string> = {
  'debug.launch': 'launching, until the first stop',
  'debug.status': 'waiting for a stop',
  'debug.continue': 'running, until the next stop',
  'debug.next': 'stepping',
  'debug.step_in': 'stepping in',
  'debug.step_out': 'stepping out',
  'debug.step_back': 'stepping back',
  'debug.until': 'running, until that line',
  'debug.pause': 'pausing',
  'debug.restart': 'launching anew, until the first stop',
  'debug.rerun': 'patching and launching anew, until the first stop',
  'debug.terminate': 'ending',
}

/** Whether the debugger, and not the program, has failed. */
const failures: Record<DebugEnd['reason'], boolean> = {
  launch_failed: true,
  adapter_failed: true,
  runner_lost: true,
  exited: false,
  terminated: false,
  parent_ended: false,
  detached: false,
  cancelled: false,
  timed_out: false,
  limit_passed: false,
  session_stopped: false,
}

function failure({ id, session, command }: DebugSession, { reason, message }: DebugEnd): CliError {
  const again = `launch it again; what it wrote: debug-server session logs ${session} --command ${command}`
  return new CliError(reason, exitCodes.failure, `${id} ended: ${message}`, {
    fix: reason === 'launch_failed' ? undefined : again,
  })
}
