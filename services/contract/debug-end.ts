import type { CommandFailure, CommandStatus } from './command-state.ts'
import type { DebugEnd, DebugEndReason } from './debug-state.ts'

/** How a debug session ended, from how its debuggee did. Undefined while that goes on. */
export function debugEndOf(command: {
  status: CommandStatus
  exit_code: number | null
  failure: CommandFailure | null
}): DebugEnd | undefined {
  const { status, exit_code, failure } = command
  switch (status) {
    case 'queued':
    case 'running':
      return undefined
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'timed_out':
    case 'lost': {
      const message = failure?.message ?? `the program exited with code ${exit_code}`
      return { reason: failure === null ? 'exited' : reasons[failure.reason], message, exit_code }
    }
  }
}

/**
 * How the debug session of a child process ended, of which nothing was heard before its command ended: with that, as
 * nothing of a command runs on. Undefined while that goes on.
 */
export function endWithParent(parent: DebugEnd | undefined): DebugEnd | undefined {
  if (parent === undefined) return undefined
  const reason = parent.reason === 'exited' ? 'parent_ended' : parent.reason
  return { reason, message: `ended with its parent: ${parent.message}`, exit_code: null }
}

const reasons: Record<CommandFailure['reason'], DebugEndReason> = {
  executable_not_found: 'launch_failed',
  not_executable: 'launch_failed',
  directory_not_found: 'launch_failed',
  spawn_failed: 'launch_failed',
  debugger_not_found: 'launch_failed',
  debugger_failed: 'adapter_failed',
  debugger_lost: 'runner_lost',
  app_idle: 'terminated',
  app_not_ready: 'launch_failed',
  ended_by_debugger: 'terminated',
  detached: 'detached',
  session_failed: 'session_stopped',
  session_stopped: 'session_stopped',
  earlier_command_failed: 'cancelled',
  cancelled_by_client: 'cancelled',
  timed_out: 'timed_out',
  memory_limit: 'limit_passed',
  process_limit: 'limit_passed',
  file_size_limit: 'limit_passed',
  output_limit: 'limit_passed',
  exit_status_unknown: 'exited',
}
