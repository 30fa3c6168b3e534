/**
 *     waiting → running → succeeded | failed | aborted
 *     waiting → skipped
 */
export type TaskState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running'; readonly since: number }
  | { readonly kind: 'succeeded'; readonly durationMs: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly durationMs: number; readonly error: unknown }
  | { readonly kind: 'aborted'; readonly durationMs: number; readonly abandoned: boolean }
  | { readonly kind: 'skipped' }

export type Outcome = 'succeeded' | 'failed' | 'cancelled'

/** How a task's run came out, before the time is known. */
export type TaskEnd =
  | { readonly kind: 'succeeded'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'aborted'; readonly abandoned: boolean }

export type Transition =
  | { readonly kind: 'start'; readonly at: number }
  | { readonly kind: 'end'; readonly at: number; readonly end: TaskEnd }
  | { readonly kind: 'skip' }

/** The next state. A transition that the diagram does not have is a bug, and thrown. */
export function advance(state: TaskState, transition: Transition): TaskState {
  switch (transition.kind) {
    case 'start':
      if (state.kind === 'waiting') return { kind: 'running', since: transition.at }
      break
    case 'end':
      if (state.kind === 'running') {
        return { ...transition.end, durationMs: Math.max(0, transition.at - state.since) }
      }
      break
    case 'skip':
      if (state.kind === 'waiting') return { kind: 'skipped' }
      break
    default:
      transition satisfies never
  }
  throw new Error(`a task that is ${state.kind} cannot ${transition.kind}`)
}
