import type { Plan } from '../plan.ts'
import type { TaskState } from '../state.ts'

/** The services of a run, and when each of them is no longer needed. */
export class Services {
  readonly #targets: ReadonlySet<string>
  readonly #dependents = new Map<string, string[]>()
  readonly #stops = new Map<string, AbortController>()

  constructor({ steps, targets }: Plan) {
    this.#targets = new Set(targets)
    for (const { name, needs } of steps)
      for (const need of needs) {
        const others = this.#dependents.get(need.name)
        if (others === undefined) this.#dependents.set(need.name, [name])
        else others.push(name)
      }
  }

  /** A service starts; the signal is aborted when it is to end. */
  started(name: string): AbortSignal {
    const stop = new AbortController()
    this.#stops.set(name, stop)
    return stop.signal
  }

  /**
   * Stops those whose dependents are all done, and where no task runs or can start any more, those whose dependents will
   * never start. What the user asked for goes on.
   */
  stopUnneeded(states: ReadonlyMap<string, TaskState>, isIdle: boolean): void {
    for (const [name, stop] of this.#stops) {
      if (this.#targets.has(name) || states.get(name)?.kind !== 'serving') continue
      const isNeeded = (this.#dependents.get(name) ?? []).some(dependent => {
        const kind = states.get(dependent)?.kind
        return kind === 'running' || kind === 'serving' || (kind === 'waiting' && !isIdle)
      })
      if (!isNeeded) stop.abort()
    }
  }
}
