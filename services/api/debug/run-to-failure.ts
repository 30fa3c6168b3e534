import type { Contract } from '../../contract/contract.ts'
import { endedReport, type FailureReport } from '../../contract/debug-report.ts'
import type { ParsedInputOf } from '../../contract/operation.ts'
import { type DebugSessionJoined, getDebugSession } from '../../store/debug-sessions.ts'
import { debugHasEnded, type SessionJoined, toDebugSession } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { findDebugSession } from '../handlers/find.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import { askDebugger } from './ask-debugger.ts'
import { completedReport } from './completed-report.ts'
import type { DebugCall } from './debug-call.ts'
import { launchDebuggee } from './launch-debuggee.ts'
import { terminateDebuggee } from './terminate-debuggee.ts'

type Input = ParsedInputOf<Contract['debug.run_to_failure']>

/** How much longer than asked to wait the runner may take to tell all. */
const marginMs = 45_000
/** How long the end of one that is not kept is waited for, in seconds: its output is whole then. */
const endSeconds = 5

/** Runs a debuggee to its first failure, and tells all of that with the end of its output. */
export async function runToFailure(
  context: Context,
  session: SessionJoined,
  input: Input,
  call: DebugCall,
): Promise<Outcome<FailureReport>> {
  const begun = performance.now()
  const found = await begunDebuggee(context, session, input, call)
  if (!found.ok) return found
  const debug = found.value
  const seconds = Math.max(1, input.wait - (performance.now() - begun) / 1_000)
  const told = debugHasEnded(debug)
    ? done(endedReport(toDebugSession(debug)))
    : await askDebugger(context, {
        operation: 'debug.run_to_failure',
        debug,
        input: { ...input, wait: seconds },
        seconds,
        marginMs,
        ...call,
      })
  const hasEnded = told.ok && told.value.end !== null
  // Where it was begun here nobody else knows of it: it is not left behind, whatever went wrong.
  const ends = !hasEnded && (!input.keep || (!told.ok && input.debug === undefined))
  if (ends)
    await terminateDebuggee(context, await launchedOf(context, debug), endSeconds, {
      ...call,
      gone: AbortSignal.timeout(endSeconds * 1_000),
    })
  if (!told.ok) return told
  return done(await completedReport(context, debug, { ...told.value, kept: !ends && !hasEnded }))
}

/** What was launched, of a process that this has started. */
async function launchedOf(context: Context, debug: DebugSessionJoined): Promise<DebugSessionJoined> {
  const { parent } = toDebugSession(debug)
  const above = parent === null ? undefined : await getDebugSession(context.store, parent)
  return above === undefined ? debug : launchedOf(context, above)
}

/** The one that is named, or a new one at its first stop. */
async function begunDebuggee(
  context: Context,
  session: SessionJoined,
  { debug, keep: _, ...program }: Input,
  call: DebugCall,
): Promise<Outcome<DebugSessionJoined>> {
  if (debug !== undefined) {
    const found = await findDebugSession(context, session, debug)
    if (!found.ok || !debugHasEnded(found.value)) return found
    return refuse('debug_session_ended', `the debug session ${found.value.id} has ended: run it anew`)
  }
  const stops = { breakpoints: [], stop_on_entry: false, exceptions: 'failures' } as const
  const launched = await launchDebuggee(
    context,
    session,
    { ...program, ...stops, breakpoints: [], trace: [] },
    call,
  )
  if (!launched.ok) return launched
  const row = await getDebugSession(context.store, launched.value.id)
  return row === undefined ? refuse('session_not_found', 'the session has been deleted') : done(row)
}
