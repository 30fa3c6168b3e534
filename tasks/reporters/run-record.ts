import type { EngineEvent } from '../engine/events.ts'
import type { Outcome } from '../engine/state.ts'
import { endedText } from './processes.ts'
import type { Counts } from './summary.ts'
import { TaskLog } from './task-log.ts'

/** What a task looks like to somebody who watches. */
export type TaskView =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running'; readonly since: number; readonly text: string }
  | { readonly kind: 'succeeded'; readonly durationMs: number; readonly note: string | undefined }
  | {
      readonly kind: 'failed'
      readonly durationMs: number
      readonly error: unknown
      readonly log: readonly string[]
    }
  | { readonly kind: 'aborted'; readonly durationMs: number; readonly abandoned: boolean }
  | { readonly kind: 'skipped' }

/** What reporters remember of a run: the view of every task, and the logs of those that run or have failed. */
export class RunRecord {
  readonly tasks = new Map<string, TaskView>()
  finished: { readonly outcome: Outcome; readonly durationMs: number } | undefined
  readonly #logs = new Map<string, TaskLog>()
  readonly #notes = new Map<string, string>()

  take(event: EngineEvent): void {
    switch (event.type) {
      case 'run-started':
        for (const step of event.plan.steps) this.tasks.set(step.name, { kind: 'waiting' })
        return
      case 'run-cancelled':
      case 'task-print':
      case 'task-took-terminal':
      case 'task-released-terminal':
        return
      case 'run-finished':
        this.finished = { outcome: event.outcome, durationMs: event.durationMs }
        return
      case 'task-started':
        this.#logs.set(event.name, new TaskLog())
        this.tasks.set(event.name, { kind: 'running', since: event.at, text: '' })
        return
      case 'task-log':
        this.#logs.get(event.name)?.push(event.line)
        if (event.line.trim() !== '') this.#doing(event.name, event.line)
        return
      case 'task-progress':
        this.#doing(event.name, event.text)
        return
      case 'task-processes-ended': {
        const text = endedText(event)
        if (text !== undefined) this.#notes.set(event.name, text)
        return
      }
      case 'task-succeeded':
        this.tasks.set(event.name, {
          kind: 'succeeded',
          durationMs: event.durationMs,
          note: this.#notes.get(event.name),
        })
        this.#logs.delete(event.name)
        return
      case 'task-failed': {
        const log = this.#logs.get(event.name)?.lines() ?? []
        this.tasks.set(event.name, { kind: 'failed', durationMs: event.durationMs, error: event.error, log })
        this.#logs.delete(event.name)
        return
      }
      case 'task-aborted':
        this.tasks.set(event.name, {
          kind: 'aborted',
          durationMs: event.durationMs,
          abandoned: event.abandoned,
        })
        this.#logs.delete(event.name)
        return
      case 'task-skipped':
        this.tasks.set(event.name, { kind: 'skipped' })
        return
      default:
        event satisfies never
    }
  }

  counts(): Counts & { readonly running: number; readonly waiting: number } {
    const counts = { succeeded: 0, failed: 0, aborted: 0, skipped: 0, running: 0, waiting: 0 }
    for (const { kind } of this.tasks.values()) counts[kind]++
    return counts
  }

  #doing(name: string, text: string): void {
    const view = this.tasks.get(name)
    if (view?.kind === 'running') this.tasks.set(name, { ...view, text })
  }
}
