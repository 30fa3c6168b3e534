import type { Outcome } from '../engine/state.ts'
import { count, durationText } from './plain-text.ts'
import type { Style } from './style.ts'

export interface Counts {
  readonly succeeded: number
  readonly failed: number
  readonly aborted: number
  readonly skipped: number
}

/** The last line of a run. */
export function summaryLine(outcome: Outcome, counts: Counts, durationMs: number, style: Style): string {
  const parts = [
    counts.failed > 0 ? `${counts.failed} failed` : '',
    `${counts.succeeded} done`,
    counts.aborted > 0 ? `${counts.aborted} stopped` : '',
    counts.skipped > 0 ? `${counts.skipped} not started` : '',
  ].filter(part => part !== '')
  const time = durationText(durationMs)
  switch (outcome) {
    case 'succeeded':
      return style.green(`${count(counts.succeeded, 'task')} done in ${time}`)
    case 'failed':
      return style.red(`failed after ${time}: ${parts.join(', ')}`)
    case 'cancelled':
      return style.yellow(`cancelled after ${time}: ${parts.join(', ')}`)
  }
}
