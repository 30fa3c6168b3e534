import { z } from 'zod'
import type { DebugSession } from '../../contract/debug-resources.ts'
import type { Page } from '../../contract/page.ts'
import { type DebugSessionJoined, getDebugSession, listDebugSessions } from '../../store/debug-sessions.ts'
import { debugHasEnded, type SessionJoined, toDebugSession } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done, type Outcome } from '../outcome.ts'
import { type Asked, page } from '../page.ts'
import { askDebugger, type DebuggerCall } from './ask-debugger.ts'
import type { DebugCall } from './debug-call.ts'

/**
 * Where a debuggee stands: by its runner while it lives, by the store before and after. Of one that is queued the store
 * knows all there is, so a runner that is away is no reason to refuse.
 */
export async function statusOf(
  context: Context,
  debug: DebugSessionJoined,
  { seconds, marginMs, by, gone }: Pick<DebuggerCall<'debug.status'>, 'seconds' | 'marginMs' | 'by' | 'gone'>,
): Promise<Outcome<DebugSession>> {
  if (debugHasEnded(debug)) return done(toDebugSession(debug))
  const input = { session: debug.session_id, debug: debug.id, wait: seconds }
  const answer = await askDebugger(context, {
    operation: 'debug.status',
    debug,
    input,
    seconds,
    marginMs,
    by,
    gone,
  })
  if (answer.ok) return answer
  const current = await getDebugSession(context.store, debug.id)
  const isKnown = current !== undefined && current.row.status !== 'running'
  return isKnown ? done(toDebugSession(current)) : answer
}

/** How long a runner may take to say where one stands that is told anyway, in milliseconds. */
export const glance = 2_000

/** Where it stands, as the store has it where the runner does not say at once. */
export async function glanceAt(
  context: Context,
  debug: DebugSessionJoined,
  call: DebugCall,
): Promise<DebugSession> {
  const status = await statusOf(context, debug, { seconds: 0, marginMs: glance, ...call })
  return status.ok ? status.value : toDebugSession(debug)
}

const byPosition = { key: z.int(), keyOf: ({ position }: DebugSessionJoined) => position }

/** Those of a session, newest first. */
export async function listOf(
  context: Context,
  session: SessionJoined,
  asked: Asked,
  call: DebugCall,
): Promise<Outcome<Page<DebugSession>>> {
  const load = (after: number | undefined, limit: number) =>
    listDebugSessions(context.store, session.id, { after, limit })
  const told = await page(asked, byPosition, load, row => row)
  if (!told.ok) return told
  const { items, next } = told.value
  return done({ items: await Promise.all(items.map(row => glanceAt(context, row, call))), next })
}
