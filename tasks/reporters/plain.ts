import type { EngineEvent } from '../engine/events.ts'
import { failureLines } from './failure.ts'
import { durationText, plainLine } from './plain-text.ts'
import { endedText } from './processes.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { RunRecord } from './run-record.ts'
import { summaryLine } from './summary.ts'

const widestName = 24

/** Lines with time and task, for logs, pipes and CI. */
export class PlainReporter implements Reporter {
  readonly #options: ReporterOptions
  readonly #record = new RunRecord()
  readonly #progress = new Map<string, string>()
  #width = 0

  constructor(options: ReporterOptions) {
    this.#options = options
  }

  report(event: EngineEvent): void {
    this.#record.take(event)
    if (event.type === 'task-print') this.#options.stdout.write(event.text)
    if (event.type === 'run-started') {
      this.#width = Math.min(widestName, Math.max(0, ...event.plan.steps.map(step => step.name.length)))
    }
    if (event.type === 'run-finished') this.#failures()
    const text = this.#textFor(event)
    if (text !== undefined) this.#line(event.at, 'name' in event ? event.name : '', text)
  }

  async close(): Promise<void> {}

  #textFor(event: EngineEvent): string | undefined {
    const { style } = this.#options
    switch (event.type) {
      case 'run-cancelled':
        return style.yellow('cancelled: ending what runs')
      case 'run-finished':
        return summaryLine(event.outcome, this.#record.counts(), event.durationMs, style)
      case 'task-started':
        return style.dim('started')
      case 'task-log':
        return `${style.dim('│')} ${plainLine(event.line)}`
      case 'task-progress':
        if (this.#progress.get(event.name) === event.text) return undefined
        this.#progress.set(event.name, event.text)
        return `${style.dim('…')} ${plainLine(event.text)}`
      case 'task-succeeded':
        return style.green(`done in ${durationText(event.durationMs)}`)
      case 'task-failed':
        return style.red(`failed after ${durationText(event.durationMs)}`)
      case 'task-aborted': {
        const what = event.abandoned ? 'did not stop, and is left' : 'stopped'
        return style.yellow(`${what} after ${durationText(event.durationMs)}`)
      }
      case 'task-processes-ended': {
        const text = endedText(event)
        return text === undefined ? undefined : style.yellow(text)
      }
      case 'run-started':
      case 'task-print':
      case 'task-skipped':
      case 'task-took-terminal':
      case 'task-released-terminal':
        return undefined
    }
  }

  #failures(): void {
    const { style, stderr, commandFor } = this.#options
    for (const [name, view] of this.#record.tasks) {
      if (view.kind !== 'failed') continue
      const lines = failureLines({ name, ...view, command: commandFor(name) }, style)
      stderr.write(`${lines.join('\n')}\n\n`)
    }
  }

  #line(at: number, name: string, text: string): void {
    const { style, stderr } = this.#options
    const label = this.#width === 0 ? '' : `${name.padEnd(this.#width)}  `
    stderr.write(`${style.dim(clockText(at))}  ${label}${text}\n`)
  }
}

/** The time of day, as the user's clock shows it. */
function clockText(at: number): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map(part => String(part).padStart(2, '0'))
    .join(':')
}
