import type { DebugSession } from '../../contract/debug-resources.ts'
import { requestCancel } from '../../store/commands.ts'
import { type DebugSessionJoined, getDebugSession } from '../../store/debug-sessions.ts'
import { debugHasEnded, toDebugSession } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { now } from '../handlers/now.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import { tell } from '../tell.ts'
import { askDebugger } from './ask-debugger.ts'
import type { DebugCall } from './debug-call.ts'

/**
 * Ends a debuggee: by its debugger's runner. Where that cannot be asked, and for one that is queued still, its end is
 * written into the store, so that it is never started, or ended by the runner that finds it.
 */
export async function terminateDebuggee(
  context: Context,
  debug: DebugSessionJoined,
  wait: number,
  who: DebugCall,
): Promise<Outcome<DebugSession>> {
  if (debugHasEnded(debug)) return done(toDebugSession(debug))
  if (debug.row.status === 'queued') return throughTheStore(context, debug, wait, who.gone)
  const asked = performance.now()
  const input = { session: debug.session_id, debug: debug.id, wait }
  const call = { operation: 'debug.terminate', debug, input, seconds: wait, ...who } as const
  const answer = await askDebugger(context, call)
  // Of a child the store knows no more than that its command is to end, which is not what is wanted.
  if (answer.ok || answer.code === 'control_held' || debug.parent_id !== null || who.gone.aborted)
    return answer
  // A runner that says nothing may have used the time up: nobody is held twice as long as they wanted to wait.
  const left = Math.max(0, wait - (performance.now() - asked) / 1_000)
  return throughTheStore(context, debug, left, who.gone)
}

async function throughTheStore(
  context: Context,
  { id, session_id: session, command_id: command }: DebugSessionJoined,
  seconds: number,
  gone: AbortSignal,
): Promise<Outcome<DebugSession>> {
  const { store, changes, givingUp } = context
  await requestCancel(store, command, now(context))
  tell(context, { session, command })
  const debug = await holdUntilSettled({
    changes,
    row: { session, command },
    load: () => getDebugSession(store, id),
    settled: row => row === undefined || debugHasEnded(row),
    seconds,
    signals: [gone, givingUp],
  })
  if (debug === undefined) return refuse('debug_session_not_found', 'its session has been deleted')
  if (debugHasEnded(debug)) return done(toDebugSession(debug))
  return refuse(
    'runner_unavailable',
    'its end is noted and comes as soon as a runner is there: in the clone, npx task up starts one',
  )
}
