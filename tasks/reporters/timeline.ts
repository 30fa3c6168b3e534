import type { EngineEvent } from '../engine/events.ts'
import type { PlanStep } from '../engine/plan.ts'

/** A task that has run: when, for how long, how it ended, and in which of the run's slots. All attempts are one. */
export interface Span {
  readonly name: string
  readonly slot: number
  /** In milliseconds since 1970. */
  readonly start: number
  /** Of a service, the time until it was ready: what needed it waited no longer. */
  readonly durationMs: number
  readonly end: 'succeeded' | 'failed' | 'aborted'
}

/** A service that was ready, from then on; `until` is missing while it goes on. In milliseconds since 1970. */
export interface Service {
  readonly since: number
  readonly until: number | undefined
}

/**
 * What a run took, task by task. A slot is free for the next task when its task has ended, or is a service that is
 * ready: as many as ran at once.
 */
export class Timeline {
  readonly spans = new Map<string, Span>()
  readonly services = new Map<string, Service>()
  /** How many tasks did not have to run. */
  readonly spared = { 'up-to-date': 0, restored: 0, resumed: 0 }
  steps: readonly PlanStep[] = []
  jobs = 0
  started = 0
  durationMs = 0
  readonly #running = new Map<string, { readonly slot: number; readonly start: number }>()
  readonly #taken = new Set<number>()

  take(event: EngineEvent): void {
    switch (event.type) {
      case 'run-started':
        this.steps = event.plan.steps
        this.jobs = event.jobs
        this.started = event.at
        return
      case 'run-finished':
        this.durationMs = event.durationMs
        return
      case 'task-started':
        this.#start(event.name, event.at)
        return
      case 'task-ready':
        this.#end(event.name, event.durationMs, 'succeeded')
        this.services.set(event.name, { since: event.at, until: undefined })
        return
      case 'task-succeeded':
        this.#finish(event, 'succeeded')
        return
      case 'task-failed':
        this.#finish(event, 'failed')
        return
      case 'task-aborted':
        this.#finish(event, 'aborted')
        return
      case 'task-up-to-date':
        this.spared['up-to-date']++
        return
      case 'task-restored':
        this.spared.restored++
        return
      case 'task-resumed':
        this.spared.resumed++
        return
    }
  }

  #start(name: string, start: number): void {
    if (this.#running.has(name)) return
    let slot = 0
    while (this.#taken.has(slot)) slot++
    this.#taken.add(slot)
    this.#running.set(name, { slot, start })
  }

  #finish({ name, durationMs, at }: Ending, end: Span['end']): void {
    const service = this.services.get(name)
    const span = this.spans.get(name)
    if (service === undefined || span === undefined) {
      this.#end(name, durationMs, end)
      return
    }
    this.services.set(name, { ...service, until: at })
    this.spans.set(name, { ...span, end })
  }

  #end(name: string, durationMs: number, end: Span['end']): void {
    const running = this.#running.get(name)
    if (running === undefined) return
    this.#running.delete(name)
    this.#taken.delete(running.slot)
    this.spans.set(name, { name, ...running, durationMs, end })
  }
}

interface Ending {
  readonly name: string
  readonly durationMs: number
  readonly at: number
}
