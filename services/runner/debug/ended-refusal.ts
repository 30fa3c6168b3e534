import type { DebugSession } from '../../contract/debug-resources.ts'
import type { DebuggeeState } from './debuggee-state.ts'
import { Refusal } from './refusal.ts'

/** Why nothing can be asked of a debug session that has ended. */
export function endedRefusal({ end }: DebugSession): Refusal {
  const code = end?.exit_code === null || end === null ? '' : ` (exit code ${end.exit_code})`
  return new Refusal('debug_session_ended', `${end?.message ?? 'it has ended'}${code}`)
}

/** Throws a Refusal where the debuggee has ended. */
export function refuseEnded(state: DebuggeeState): void {
  if (state.kind !== 'ended') return
  if (state.last === null) throw new Refusal('runner_unavailable', 'the runner is giving up its work')
  throw endedRefusal(state.last)
}
