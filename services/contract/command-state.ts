import { z } from 'zod'

/**
 *     queued ⇄ running → succeeded | failed | cancelled | timed_out | lost
 *        └──────────────→ failed | cancelled      (it never started)
 *
 * `lost`: the process is gone and its exit status cannot be known. Never a guess. One that may run twice is queued again
 * instead.
 */
export const commandStatuses = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'lost',
] as const
export type CommandStatus = (typeof commandStatuses)[number]

const next: Record<CommandStatus, readonly CommandStatus[]> = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['queued', 'succeeded', 'failed', 'cancelled', 'timed_out', 'lost'],
  succeeded: [],
  failed: [],
  cancelled: [],
  timed_out: [],
  lost: [],
}

export const commandMayBecome = (from: CommandStatus, to: CommandStatus): boolean => next[from].includes(to)

export const commandSourcesOf = (to: CommandStatus): CommandStatus[] =>
  commandStatuses.filter(from => commandMayBecome(from, to))

export const commandHasEnded = (status: CommandStatus): boolean => next[status].length === 0

/** Why a command failed other than by its own exit code, or was cancelled. */
export const commandFailureReasons = [
  'executable_not_found',
  'not_executable',
  'directory_not_found',
  'spawn_failed',
  'session_failed',
  'session_stopped',
  'earlier_command_failed',
  'cancelled_by_client',
  'timed_out',
  'exit_status_unknown',
  'debugger_not_found',
  'debugger_failed',
  'debugger_lost',
  'ended_by_debugger',
  'detached',
  'memory_limit',
  'process_limit',
  'file_size_limit',
  'output_limit',
  'app_idle',
  'app_not_ready',
] as const

export const commandFailureSchema = z.object({ reason: z.enum(commandFailureReasons), message: z.string() })
export type CommandFailure = z.infer<typeof commandFailureSchema>
