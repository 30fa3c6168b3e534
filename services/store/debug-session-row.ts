import type { Generated } from 'kysely'
import type { DebugEngine } from '../contract/debug-state.ts'
import type { CommandId, DebugSessionId, SessionId } from '../contract/ids.ts'

/**
 * A debugger on a command, or on a process that the debuggee of one has started (`parent_id`). It changes only once: when
 * it ends, at the latest with the command.
 */
export type DebugSessionRow = {
  /** The order of creation: a session's latest is the highest. */
  position: Generated<number>
  id: DebugSessionId
  session_id: SessionId
  command_id: CommandId
  engine: DebugEngine
  request_json: string
  /** As they stood at its end. Null until then, and where nobody saw them. */
  breakpoints_json: string | null
  created_at: string
  parent_id: DebugSessionId | null
  /** Of a child: its number, as it sees itself. */
  process_id: number | null
  /** Of a child that ended before its command did: how, and when. */
  end_json: string | null
  ended_at: string | null
}
