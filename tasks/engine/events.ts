import type { Plan } from './plan.ts'
import type { Outcome } from './state.ts'

/** Why the engine ended processes of a task. */
export type EndCause = 'left-behind' | 'failed' | 'aborted'

/** Where a line of a task's log comes from: the task itself, or a command it ran. */
export type LogSource = 'task' | 'stdout' | 'stderr'

/** Facts of a task. */
export type TaskEvent =
  | { readonly type: 'task-started' }
  | { readonly type: 'task-log'; readonly source: LogSource; readonly line: string }
  | { readonly type: 'task-progress'; readonly text: string }
  | { readonly type: 'task-print'; readonly text: string }
  /** A command with `output: 'inherit'` uses the terminal from now on: draw nothing. */
  | { readonly type: 'task-took-terminal' }
  | { readonly type: 'task-released-terminal' }
  | { readonly type: 'task-succeeded'; readonly durationMs: number }
  | { readonly type: 'task-failed'; readonly durationMs: number; readonly error: unknown }
  /** It ran when the run was cancelled or another task failed. Abandoned: it has not returned, and is not waited for. */
  | { readonly type: 'task-aborted'; readonly durationMs: number; readonly abandoned: boolean }
  /** It never started, for the run ended before. */
  | { readonly type: 'task-skipped' }
  | {
      readonly type: 'task-processes-ended'
      readonly cause: EndCause
      readonly ended: number
      readonly killed: number
      readonly remaining: readonly number[]
    }

/** Facts of a run. */
export type RunEvent =
  | { readonly type: 'run-started'; readonly plan: Plan; readonly jobs: number }
  | { readonly type: 'run-cancelled'; readonly reason: unknown }
  | { readonly type: 'run-finished'; readonly outcome: Outcome; readonly durationMs: number }

/**
 * What the engine tells: facts, in the order in which they happened, never words. `at` is in milliseconds since 1970.
 */
export type EngineEvent = ((TaskEvent & { readonly name: string }) | RunEvent) & { readonly at: number }
