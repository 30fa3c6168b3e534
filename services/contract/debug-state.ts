import { z } from 'zod'

/**
 *     launching → running ⇄ stopped
 *         └──────────┴─────────┴→ ended(reason)
 *
 * A debug session lives as long as its debuggee, which is a command like any other, and its debug adapter. One that is
 * attached to a process of another command has a command of its own, which is the debugger.
 */
export const debugStatuses = ['launching', 'running', 'stopped', 'ended'] as const

/** Why a debug session ended. The first reason stands. */
export const debugEndReasons = [
  /** The debuggee ended by itself, or somebody from outside ended it. */
  'exited',
  /** A client ended it: `debug.terminate`. */
  'terminated',
  /** The process that has started it ended, and with it all of the command. */
  'parent_ended',
  /** A client had its debugger let go of a process that it was attached to; that runs on. */
  'detached',
  /** Its command was cancelled, or took longer than its time limit; or its session was stopped. */
  'cancelled',
  'timed_out',
  /** Its command used more than it may. */
  'limit_passed',
  'session_stopped',
  /** It never came so far: no debugger, no such interpreter, or its command could not be started. */
  'launch_failed',
  /** The debug adapter went away, or did not answer any more. The debuggee is ended with it. */
  'adapter_failed',
  /** The runner that held the debugger went away. The debuggee is ended with it. */
  'runner_lost',
] as const
export type DebugEndReason = (typeof debugEndReasons)[number]

export const debugEndSchema = z.object({
  reason: z.enum(debugEndReasons),
  message: z.string(),
  /** As a command's; null where it is not known. */
  exit_code: z.int().nullable(),
})
export type DebugEnd = z.infer<typeof debugEndSchema>

/** The debuggers that the runner can host. */
export const debugEngines = ['debugpy', 'gdb', 'lldb-dap', 'node', 'delve'] as const
export type DebugEngine = (typeof debugEngines)[number]
