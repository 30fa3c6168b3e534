import type { EngineEvent } from '../engine/events.ts'
import type { PlanStep } from '../engine/plan.ts'

/** A task that has run: when, for how long, how it ended, and in which of the run's slots. */
export interface Span {
  readonly name: string
  readonly slot: number
  /** In milliseconds since 1970. */
  readonly start: number
  readonly durationMs: number
  readonly end: 'succeeded' | 'failed' | 'aborted'
}

/** What a run took, task by task. A slot is free for the next task when its task has ended: as many as ran at once. */
export class Timeline {
  readonly spans = new Map<string, Span>()
  steps: readonly PlanStep[] = []
  jobs = 0
  started = 0
  durationMs = 0
  readonly #running = new Map<string, { readonly slot: number; readonly start: number }>()
  readonly #taken = new Set<number>()

  take(event: EngineEvent): void {
    if (event.type === 'run-started') {
      this.steps = event.plan.steps
      this.jobs = event.jobs
      this.started = event.at
    }
    if (event.type === 'run-finished') this.durationMs = event.durationMs
    if (event.type === 'task-started') {
      let slot = 0
      while (this.#taken.has(slot)) slot++
      this.#taken.add(slot)
      this.#running.set(event.name, { slot, start: event.at })
    }
    if (event.type === 'task-succeeded') this.#end(event.name, event.durationMs, 'succeeded')
    if (event.type === 'task-failed') this.#end(event.name, event.durationMs, 'failed')
    if (event.type === 'task-aborted') this.#end(event.name, event.durationMs, 'aborted')
  }

  #end(name: string, durationMs: number, end: Span['end']): void {
    const running = this.#running.get(name)
    if (running === undefined) return
    this.#running.delete(name)
    this.#taken.delete(running.slot)
    this.spans.set(name, { name, ...running, durationMs, end })
  }
}
