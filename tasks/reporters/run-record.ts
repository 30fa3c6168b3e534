import type { Change } from '../engine/changes.ts'
import type { EngineEvent } from '../engine/events.ts'
import type { PlanStep } from '../engine/plan.ts'
import type { Outcome } from '../engine/state.ts'
import { waitsText } from './event-words.ts'
import { endedText } from './processes.ts'
import { TaskLog } from './task-log.ts'
import { troubleText } from './trouble-text.ts'

/** What a task looks like to somebody who watches. */
export type TaskView =
  | { readonly kind: 'waiting' }
  /** Since it started; with what it says. */
  | { readonly kind: 'running'; readonly since: number; readonly text: string }
  /** A service, since it is ready. */
  | { readonly kind: 'serving'; readonly since: number; readonly text: string }
  | { readonly kind: 'up-to-date' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'restored'; readonly why: readonly Change[]; readonly files: number }
  | {
      readonly kind: 'succeeded'
      readonly durationMs: number
      /** Whether it is a service that had become ready. */
      readonly served: boolean
      /** Why the attempts before the last failed. */
      readonly earlier: readonly unknown[]
    }
  | {
      readonly kind: 'failed'
      readonly durationMs: number
      readonly error: unknown
      readonly log: readonly string[]
      /** Whether that is not the whole log. */
      readonly isLogCut: boolean
      readonly earlier: readonly unknown[]
    }
  | { readonly kind: 'aborted'; readonly durationMs: number; readonly abandoned: boolean }
  /** `because`: the task that failed, where it needs one that did. */
  | { readonly kind: 'skipped'; readonly because: string | undefined }

/** How many tasks there are of each kind. */
export type Counts = Readonly<Record<TaskView['kind'], number>>

const upToDate: TaskView = { kind: 'up-to-date' }
const resumed: TaskView = { kind: 'resumed' }
const waiting: TaskView = { kind: 'waiting' }

/** What reporters remember of a run: the view of every task, and the logs of those that run or have failed. */
export class RunRecord {
  readonly tasks = new Map<string, TaskView>()
  /** What else there is to say of a task, by name. */
  readonly notes = new Map<string, string[]>()
  /** What went wrong beside the tasks. */
  readonly troubles: string[] = []
  finished: { readonly outcome: Outcome; readonly durationMs: number } | undefined
  readonly #logs = new Map<string, TaskLog>()
  readonly #earlier = new Map<string, unknown[]>()
  #steps: readonly PlanStep[] = []
  #needs: ReadonlyMap<string, PlanStep['needs']> | undefined

  take(event: EngineEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#steps = event.plan.steps
        for (const { name } of event.plan.steps) this.tasks.set(name, waiting)
        return
      case 'run-trouble':
        this.troubles.push(troubleText(event.trouble))
        return
      case 'run-cancelled':
      case 'task-print':
      case 'task-took-terminal':
      case 'task-released-terminal':
        return
      case 'run-finished':
        this.finished = { outcome: event.outcome, durationMs: event.durationMs }
        return
      case 'task-up-to-date':
        this.tasks.set(event.name, upToDate)
        return
      case 'task-resumed':
        this.tasks.set(event.name, resumed)
        return
      case 'task-restored':
        this.tasks.set(event.name, { kind: 'restored', why: event.why, files: event.files })
        return
      case 'task-started':
        if (!this.#logs.has(event.name)) this.#logs.set(event.name, new TaskLog())
        this.tasks.set(event.name, { kind: 'running', since: event.at, text: '' })
        return
      case 'task-waits':
        // Known before it starts, for what it waits for may spare it the work.
        if (this.tasks.get(event.name)?.kind === 'waiting')
          this.tasks.set(event.name, { kind: 'running', since: event.at, text: '' })
        this.#doing(event.name, waitsText(event.pid))
        return
      case 'task-log':
        this.#logs.get(event.name)?.push(event.line)
        if (event.line.trim() !== '') this.#doing(event.name, event.line)
        return
      case 'task-progress':
        this.#doing(event.name, event.text)
        return
      case 'task-retrying': {
        const earlier = [...(this.#earlier.get(event.name) ?? []), event.error]
        this.#earlier.set(event.name, earlier)
        this.#doing(event.name, `attempt ${event.attempt} of ${event.attempts}`)
        return
      }
      case 'task-ready': {
        const view = this.tasks.get(event.name)
        const text = view?.kind === 'running' ? view.text : ''
        this.tasks.set(event.name, { kind: 'serving', since: event.at, text })
        return
      }
      case 'task-trouble':
        this.#note(event.name, troubleText(event.trouble))
        return
      case 'task-processes-ended':
        this.#note(event.name, endedText(event))
        return
      case 'task-succeeded': {
        const served = this.tasks.get(event.name)?.kind === 'serving'
        const earlier = this.#earlier.get(event.name) ?? []
        this.#end(event.name, { kind: 'succeeded', durationMs: event.durationMs, served, earlier })
        return
      }
      case 'task-failed': {
        const { name, durationMs, error } = event
        const kept = this.#logs.get(name)
        const [log, isLogCut] = [kept?.lines() ?? [], kept?.isCut === true]
        const earlier = this.#earlier.get(name) ?? []
        this.#end(name, { kind: 'failed', durationMs, error, log, isLogCut, earlier })
        return
      }
      case 'task-aborted':
        this.#end(event.name, {
          kind: 'aborted',
          durationMs: event.durationMs,
          abandoned: event.abandoned,
        })
        return
      case 'task-skipped':
        this.tasks.set(event.name, { kind: 'skipped', because: this.#failedNeed(event.name) })
        return
      default:
        event satisfies never
    }
  }

  counts(): Counts {
    const counts: Record<TaskView['kind'], number> = {
      waiting: 0,
      running: 0,
      serving: 0,
      'up-to-date': 0,
      resumed: 0,
      restored: 0,
      succeeded: 0,
      failed: 0,
      aborted: 0,
      skipped: 0,
    }
    for (const { kind } of this.tasks.values()) counts[kind]++
    return counts
  }

  #doing(name: string, text: string): void {
    const view = this.tasks.get(name)
    if (view?.kind === 'running' || view?.kind === 'serving') this.tasks.set(name, { ...view, text })
  }

  #note(name: string, text: string | undefined): void {
    if (text !== undefined) this.notes.set(name, [...(this.notes.get(name) ?? []), text])
  }

  #end(name: string, view: TaskView): void {
    this.tasks.set(name, view)
    this.#logs.delete(name)
    this.#earlier.delete(name)
  }

  /** Tasks are skipped in the order of their needs, so one that is skipped for another's sake finds it skipped. */
  #failedNeed(name: string): string | undefined {
    this.#needs ??= new Map(this.#steps.map(step => [step.name, step.needs]))
    for (const need of this.#needs.get(name) ?? []) {
      const view = this.tasks.get(need.name)
      if (view?.kind === 'failed') return need.name
      if (view?.kind === 'skipped' && view.because !== undefined) return view.because
    }
    return undefined
  }
}
