import type { Change } from './changes.ts'
import type { Plan } from './plan.ts'
import type { Outcome } from './state.ts'

/** Why the engine ended processes of a task. */
export type EndCause = 'left-behind' | 'failed' | 'aborted'

/** Where a line of a task's log comes from: the task itself, or a command it ran. */
export type LogSource = 'task' | 'stdout' | 'stderr'

/** Something that went wrong beside the tasks, and that none of them fails for. */
export type Trouble =
  /** The memory of earlier runs was damaged, or another version's; it is now at `path`, and begun anew. */
  | { readonly kind: 'memory-set-aside'; readonly path: string; readonly why: string }
  /** Nothing of this run is remembered from here on: a full disk, for example. */
  | { readonly kind: 'memory-lost'; readonly why: string }
  /** What the cache holds for a task is not what was put there, so the task runs. */
  | { readonly kind: 'cache-damaged'; readonly path: string }
  /** What the cache holds for a task cannot be put into its place, so the task runs. */
  | { readonly kind: 'not-restored'; readonly why: string }
  /** The outputs of a task could not be put into the cache. */
  | { readonly kind: 'not-cached'; readonly why: string }

/** Facts of a task. */
export type TaskEvent =
  /** `why` is empty for a task that always runs. */
  | { readonly type: 'task-started'; readonly why: readonly Change[] }
  /** It did not run: its stored result is handed on. */
  | { readonly type: 'task-up-to-date' }
  /** It did not run: result and outputs are those of an earlier run with the same fingerprint. */
  | { readonly type: 'task-restored'; readonly why: readonly Change[]; readonly files: number }
  /** It ran in an earlier run, which this one resumes. */
  | { readonly type: 'task-resumed' }
  | { readonly type: 'task-log'; readonly source: LogSource; readonly line: string }
  | { readonly type: 'task-progress'; readonly text: string }
  | { readonly type: 'task-print'; readonly text: string }
  /** A command with `output: 'inherit'` uses the terminal from now on: draw nothing. */
  | { readonly type: 'task-took-terminal' }
  | { readonly type: 'task-released-terminal' }
  /** Another `task` process is making what this one would make; this one waits for it. */
  | { readonly type: 'task-waits'; readonly pid: number }
  /** An attempt has failed, and another one begins after a delay. */
  | {
      readonly type: 'task-retrying'
      readonly error: unknown
      /** The number of the attempt that is to come; the first of all was 1. */
      readonly attempt: number
      readonly attempts: number
      readonly delayMs: number
    }
  /** A service is ready; what needs it may start. `kept`: it goes on from an earlier run of the same command. */
  | { readonly type: 'task-ready'; readonly durationMs: number; readonly kept?: true }
  | { readonly type: 'task-succeeded'; readonly durationMs: number }
  | { readonly type: 'task-failed'; readonly durationMs: number; readonly error: unknown }
  /** It ran when the run was cancelled or another task failed. Abandoned: it has not returned, and is not waited for. */
  | { readonly type: 'task-aborted'; readonly durationMs: number; readonly abandoned: boolean }
  /** It never started: the run ended before, or a task that it needs did not succeed. */
  | { readonly type: 'task-skipped' }
  | { readonly type: 'task-trouble'; readonly trouble: Trouble }
  | {
      readonly type: 'task-processes-ended'
      readonly cause: EndCause
      readonly ended: number
      readonly killed: number
      readonly remaining: readonly number[]
    }

/** Facts of a run. */
export type RunEvent =
  /** `run` names it among the runs that are remembered. */
  | { readonly type: 'run-started'; readonly run: string; readonly plan: Plan; readonly jobs: number }
  | { readonly type: 'run-trouble'; readonly trouble: Trouble }
  | { readonly type: 'run-cancelled'; readonly reason: unknown }
  | { readonly type: 'run-finished'; readonly outcome: Outcome; readonly durationMs: number }

/**
 * What the engine tells: facts, in the order in which they happened, never words. `at` is in milliseconds since 1970.
 * Secrets are masked already.
 */
export type EngineEvent = ((TaskEvent & { readonly name: string }) | RunEvent) & { readonly at: number }
