import type { Plan } from '../plan.ts'
import type { TaskState } from '../state.ts'

/** The services of a run, and when each of them is no longer needed. */
export class Services {
  readonly #plan: Plan
  readonly #dependents = new Map<string, readonly string[]>()
  readonly #stops = new Map<string, AbortController>()

  constructor(plan: Plan) {
    this.#plan = plan
  }

  /** A service starts; the signal is aborted when it is to end. */
  started(name: string): AbortSignal {
    const stop = new AbortController()
    this.#stops.set(name, stop)
    const { steps } = this.#plan
    const dependents = steps.filter(({ needs }) => needs.some(need => need.name === name))
    this.#dependents.set(
      name,
      dependents.map(step => step.name),
    )
    return stop.signal
  }

  /**
   * Stops those whose dependents are all done, and where no task runs or can start any more, those whose dependents will
   * never start. What the user asked for goes on.
   */
  stopUnneeded(states: ReadonlyMap<string, TaskState>, isIdle: boolean): void {
    for (const [name, stop] of this.#stops) {
      if (this.#plan.targets.includes(name) || states.get(name)?.kind !== 'serving') continue
      const isNeeded = (this.#dependents.get(name) ?? []).some(dependent => {
        const kind = states.get(dependent)?.kind
        return kind === 'running' || kind === 'serving' || (kind === 'waiting' && !isIdle)
      })
      if (!isNeeded) stop.abort()
    }
  }
}
