import { type FirstBreakpoint, wishAgain } from '../../contract/debug-breakpoints.ts'
import { debuggeeLine } from '../../contract/debug-request.ts'
import type { DebugSession } from '../../contract/debug-resources.ts'
import type { DebugEngine } from '../../contract/debug-state.ts'
import { commandInput } from '../../store/commands.ts'
import { type DebugSessionJoined, getDebugSession } from '../../store/debug-sessions.ts'
import {
  debugHasEnded,
  debugRequestOf,
  environmentOf,
  limitsOf,
  type SessionJoined,
  terminalOf,
} from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { now } from '../handlers/now.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import type { DebugCall } from './debug-call.ts'
import { glanceAt } from './debug-status.ts'
import { launchQueued } from './launch-debuggee.ts'
import { terminateDebuggee } from './terminate-debuggee.ts'

/** How long the debuggee that was may take to end, in seconds. */
const endSeconds = 20

/**
 * Ends a debuggee, if it has not ended, and launches one like it, with the breakpoints that there were last. That is a
 * debug session of its own, for it has a command, a log and an exit code of its own. Data breakpoints are of what was in
 * the memory of the other, and go with it. `held`: it is to run when an editor has said where to stop.
 */
export async function launchAnew(
  context: Context,
  session: SessionJoined,
  debug: DebugSessionJoined,
  wait: number,
  call: DebugCall,
  isHeld = false,
): Promise<Outcome<DebugSession>> {
  const began = performance.now()
  const ended = await endForAnother(context, session, debug, call)
  if (!ended.ok) return ended
  const { row } = debug
  // Whoever held the other until it was told where to stop has told that.
  const { held: _, ...like } = debugRequestOf(debug)
  const request = {
    ...like,
    ...(isHeld ? { held: true } : {}),
    launched_by: call.by,
    breakpoints: ended.value.breakpoints,
  }
  const command = {
    session: session.id,
    command: debuggeeLine(request),
    directory: row.directory,
    environment: environmentOf(row),
    timeout: row.timeout_seconds,
    stdin: await commandInput(context.store, row.id),
    merge: row.merge === 1,
    terminal: terminalOf(row) ?? undefined,
    limits: limitsOf(row),
    now: now(context),
  }
  const left = Math.max(0, wait - (performance.now() - began) / 1_000)
  return launchQueued(context, session, { command, engine: ended.value.engine, request }, left, call)
}

type Ended = { readonly engine: DebugEngine; readonly breakpoints: FirstBreakpoint[] }

/** Ends a debuggee, if it has not ended, that another is to take the place of: with the breakpoints that it had last. */
export async function endForAnother(
  context: Context,
  session: SessionJoined,
  debug: DebugSessionJoined,
  call: DebugCall,
): Promise<Outcome<Ended>> {
  if (debug.parent_id !== null)
    return refuse(
      'debugger_refused',
      `${debug.id} is a process that its program has started: launch anew what has started it, ${debug.parent_id}`,
    )
  const { gone } = call
  const { breakpoints } = await glanceAt(context, debug, call)
  const ended = await terminateDebuggee(context, debug, endSeconds, call)
  if (!ended.ok) return ended
  const current = await holdUntilSettled({
    changes: context.changes,
    row: { session: session.id, command: debug.command_id },
    load: () => getDebugSession(context.store, debug.id),
    settled: found => found === undefined || debugHasEnded(found),
    seconds: endSeconds,
    signals: [gone, context.givingUp],
  })
  if (current === undefined) return refuse('debug_session_not_found', 'its session has been deleted')
  if (!debugHasEnded(current))
    return refuse(
      'debugger_timeout',
      `${debug.id} has not ended after ${endSeconds} s; see with debug status`,
    )
  return done({
    engine: current.engine,
    breakpoints: breakpoints.map(wishAgain).filter(wish => wish !== undefined),
  })
}
