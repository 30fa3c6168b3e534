import type { EngineEvent } from '../engine/events.ts'
import { failureLines } from './failure.ts'
import { durationText, plainLine } from './plain-text.ts'
import { endedText } from './processes.ts'
import type { Renderer } from './renderer.ts'
import type { TaskTraces } from './reporter.ts'
import { RunRecord } from './run-record.ts'
import type { Style } from './style.ts'
import { summaryLine } from './summary.ts'

const widestName = 24

export interface PlainOptions extends TaskTraces {
  readonly style: Style
  /** Whether what tasks print is to be among the lines; where it goes to stdout as it is, it is not. */
  readonly prints: boolean
}

/** Lines with time and task, for logs, pipes and CI. */
export function plainRenderer(options: PlainOptions): Renderer {
  const { style } = options
  const record = new RunRecord()
  const progress = new Map<string, string>()
  let width = 0
  const textFor = (event: EngineEvent): string | undefined => {
    if (event.type === 'task-print') return options.prints ? plainLine(event.text.trimEnd()) : undefined
    if (event.type === 'task-progress') {
      if (progress.get(event.name) === event.text) return undefined
      progress.set(event.name, event.text)
      return `${style.dim('…')} ${plainLine(event.text)}`
    }
    if (event.type === 'run-finished')
      return summaryLine(event.outcome, record.counts(), event.durationMs, style)
    return eventText(event, style)
  }
  return {
    take(event) {
      record.take(event)
      if (event.type === 'run-started')
        width = Math.min(widestName, Math.max(0, ...event.plan.steps.map(step => step.name.length)))
      const before = event.type === 'run-finished' ? failures(record, options) : ''
      const text = textFor(event)
      if (text === undefined) return before
      const label = width === 0 ? '' : `${('name' in event ? event.name : '').padEnd(width)}  `
      return `${before}${style.dim(clockText(event.at))}  ${label}${text}\n`
    },
    end: () => '',
  }
}

type SimpleEvent = Exclude<EngineEvent, { readonly type: 'task-print' | 'task-progress' | 'run-finished' }>

function eventText(event: SimpleEvent, style: Style): string | undefined {
  switch (event.type) {
    case 'run-cancelled':
      return style.yellow('cancelled: ending what runs')
    case 'task-started':
      return style.dim('started')
    case 'task-log':
      return `${style.dim('│')} ${plainLine(event.line)}`
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
    case 'task-skipped':
    case 'task-took-terminal':
    case 'task-released-terminal':
      return undefined
  }
}

function failures(record: RunRecord, { style, commandFor, logFileOf }: PlainOptions): string {
  return [...record.tasks]
    .map(([name, view]) => {
      if (view.kind !== 'failed') return ''
      const failure = { name, ...view, command: commandFor(name), logFile: logFileOf(name) }
      return `${failureLines(failure, style).join('\n')}\n\n`
    })
    .join('')
}

/** The time of day, as the user's clock shows it. */
function clockText(at: number): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map(part => String(part).padStart(2, '0'))
    .join(':')
}
