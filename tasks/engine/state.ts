/**
 *     waiting → running → succeeded | failed | aborted
 *               running → serving → succeeded | failed | aborted     (a service)
 *     waiting → serving                                              (it goes on from an earlier run)
 *     waiting → succeeded                                            (it did not have to run)
 *     waiting → failed                                               (it could not be judged)
 *     waiting → skipped
 */
export type TaskState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running'; readonly since: number }
  /** A service that is ready. */
  | { readonly kind: 'serving'; readonly since: number }
  | {
      readonly kind: 'succeeded'
      readonly how: How
      readonly durationMs: number
      /** A stored result is read when it is asked for. */
      readonly result: unknown
    }
  | { readonly kind: 'failed'; readonly durationMs: number; readonly error: unknown }
  | { readonly kind: 'aborted'; readonly durationMs: number; readonly abandoned: boolean }
  | { readonly kind: 'skipped' }

/** How a task came to its result: by running, or because an earlier run had it. */
export type How = 'ran' | Reuse['how']

export interface Reuse {
  readonly how: 'up-to-date' | 'restored' | 'resumed'
  readonly result: unknown
}

export type Outcome = 'succeeded' | 'failed' | 'cancelled'

/** How a task's run came out, before the time is known. */
export type TaskEnd =
  | { readonly kind: 'succeeded'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'aborted'; readonly abandoned: boolean }

export type Transition =
  | { readonly kind: 'start'; readonly at: number }
  | { readonly kind: 'serve' }
  | { readonly kind: 'take-over'; readonly at: number }
  | { readonly kind: 'end'; readonly at: number; readonly end: TaskEnd }
  | { readonly kind: 'reuse'; readonly reuse: Reuse }
  | { readonly kind: 'skip' }

/** The next state. A transition that the diagram does not have is a bug, and thrown. */
export function advance(state: TaskState, transition: Transition): TaskState {
  switch (transition.kind) {
    case 'start':
      if (state.kind === 'waiting') return { kind: 'running', since: transition.at }
      break
    case 'serve':
      if (state.kind === 'running') return { kind: 'serving', since: state.since }
      break
    case 'take-over':
      if (state.kind === 'waiting') return { kind: 'serving', since: transition.at }
      break
    case 'end': {
      const { at, end } = transition
      if (state.kind === 'running' || state.kind === 'serving') {
        const durationMs = Math.max(0, at - state.since)
        return end.kind === 'succeeded' ? { ...end, how: 'ran', durationMs } : { ...end, durationMs }
      }
      if (state.kind === 'waiting' && end.kind !== 'succeeded') return { ...end, durationMs: 0 }
      break
    }
    case 'reuse': {
      const { reuse } = transition
      if (state.kind === 'waiting') return new Spared(reuse)
      break
    }
    case 'skip':
      if (state.kind === 'waiting') return { kind: 'skipped' }
      break
    default:
      transition satisfies never
  }
  throw new Error(`a task that is ${state.kind} cannot ${transition.kind}`)
}

/** A class, for there may be thousands, and of each a getter. */
class Spared {
  readonly kind = 'succeeded'
  readonly how: Reuse['how']
  readonly durationMs = 0
  readonly #reuse: Reuse

  constructor(reuse: Reuse) {
    this.how = reuse.how
    this.#reuse = reuse
  }

  get result(): unknown {
    return this.#reuse.result
  }
}
