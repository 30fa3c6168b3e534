import type { Change } from '../engine/changes.ts'
import type { PastRun } from '../engine/memory/history.ts'

/** A task of a run that is remembered. */
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
