import { commandHasEnded } from '../../contract/command-state.ts'
import type { DebugSession } from '../../contract/debug-resources.ts'
import { type DebugSessionJoined, getDebugSession, listDebugSessions } from '../../store/debug-sessions.ts'
import { type SessionJoined, toDebugSession } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done, type Outcome } from '../outcome.ts'
import { askDebugger } from './ask-debugger.ts'

/**
 * Where a debuggee stands: by its runner while it lives, by the store before and after. Of one that is queued the store
 * knows all there is, so a runner that is away is no reason to refuse.
 */
export async function statusOf(
  context: Context,
  debug: DebugSessionJoined,
  seconds: number,
  gone: AbortSignal,
): Promise<Outcome<DebugSession>> {
  if (commandHasEnded(debug.row.status)) return done(toDebugSession(debug))
  const input = { session: debug.session_id, debug: debug.id, wait: seconds }
  const answer = await askDebugger(context, { operation: 'debug.status', debug, input, seconds, gone })
  if (answer.ok) return answer
  const current = await getDebugSession(context.store, debug.id)
  const isKnown = current !== undefined && current.row.status !== 'running'
  return isKnown ? done(toDebugSession(current)) : answer
}

/** All of a session's. Where the runner does not say where one stands, it is told as the store has it. */
export async function listOf(
  context: Context,
  session: SessionJoined,
  gone: AbortSignal,
): Promise<DebugSession[]> {
  const rows = await listDebugSessions(context.store, session.id)
  return Promise.all(
    rows.map(async row => {
      const status = await statusOf(context, row, 0, gone)
      return status.ok ? status.value : toDebugSession(row)
    }),
  )
}
