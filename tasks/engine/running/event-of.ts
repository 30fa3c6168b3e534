import type { Change } from '../changes.ts'
import type { TaskEvent } from '../events.ts'
import type { TaskState } from '../state.ts'

interface Circumstances {
  readonly why: readonly Change[]
  readonly now: () => number
  /** A service goes on from an earlier run. */
  readonly kept: boolean
}

/** What is told of a task that has just come into this state. */
export function eventOf(state: TaskState, { why, now, kept }: Circumstances): TaskEvent | undefined {
  switch (state.kind) {
    case 'waiting':
      return undefined
    case 'running':
      return { type: 'task-started', why }
    case 'serving':
      return { type: 'task-ready', durationMs: Math.max(0, now() - state.since), ...(kept && { kept }) }
    case 'succeeded':
      return successOf(state)
    case 'failed':
      return { type: 'task-failed', durationMs: state.durationMs, error: state.error }
    case 'aborted':
      return { type: 'task-aborted', durationMs: state.durationMs, abandoned: state.abandoned }
    case 'skipped':
      return { type: 'task-skipped' }
  }
}

function successOf({ how, durationMs }: TaskState & { kind: 'succeeded' }): TaskEvent | undefined {
  switch (how) {
    case 'ran':
      return { type: 'task-succeeded', durationMs }
    case 'up-to-date':
      return { type: 'task-up-to-date' }
    case 'resumed':
      return { type: 'task-resumed' }
    case 'restored': // told already, with what was restored
      return undefined
  }
}
