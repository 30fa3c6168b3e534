import type { Change } from '../engine/changes.ts'

/** A run that is remembered. */
export interface PastRun {
  readonly id: string
  /** In milliseconds since 1970. */
  readonly startedAt: number
  readonly durationMs: number | undefined
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'killed' | 'running'
  /** The command line. */
  readonly words: readonly string[]
  readonly ran: number
  readonly upToDate: number
  readonly restored: number
}

/** A task of such a run. */
export interface PastTask {
  readonly name: string
  readonly outcome:
    | 'succeeded'
    | 'up-to-date'
    | 'restored'
    | 'resumed'
    | 'failed'
    | 'aborted'
    | 'skipped'
    | 'running'
  readonly durationMs: number | undefined
  readonly why: readonly Change[]
  /** The first line of the reason, where it failed. */
  readonly error: string | undefined
}

export function resultWord(outcome: PastRun['outcome']): string {
  return outcome === 'succeeded' ? 'done' : outcome
}
