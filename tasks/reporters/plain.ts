import type { EngineEvent } from '../engine/events.ts'
import {
  abortedText,
  cancelledText,
  doneText,
  readyText,
  restoredText,
  resumedText,
  retryText,
  skippedText,
  startedText,
  upToDateText,
  waitsText,
} from './event-words.ts'
import { failureLines } from './failure.ts'
import { durationText, plainLine } from './plain-text.ts'
import { endedText } from './processes.ts'
import type { Renderer } from './renderer.ts'
import type { TaskTraces } from './reporter.ts'
import { RunRecord } from './run-record.ts'
import type { Style } from './style.ts'
import { summaryLine } from './summary.ts'
import { troubleText } from './trouble-text.ts'

const widestName = 24

export interface PlainOptions extends TaskTraces {
  readonly style: Style
  /** Whether what tasks print is to be among the lines; where it goes to stdout as it is, it is not. */
  readonly prints: boolean
}

/**
 * Lines with time and task, for logs, pipes and CI. A task that did not have to run, or could not, has a line only
 * where it was asked for by name: there may be thousands of them.
 */
export function plainRenderer(options: PlainOptions): Renderer {
  const { style } = options
  const record = new RunRecord()
  const progress = new Map<string, string>()
  let targets: ReadonlySet<string> = new Set()
  let width = 0
  const start = ({ plan }: Extract<EngineEvent, { readonly type: 'run-started' }>) => {
    targets = new Set(plan.targets)
    for (const { name } of plan.steps) width = Math.max(width, name.length)
    width = Math.min(widestName, width)
  }
  const textFor = (event: EngineEvent): string | undefined => {
    switch (event.type) {
      case 'task-print':
        return options.prints ? plainLine(event.text.trimEnd()) : undefined
      case 'task-progress':
        if (progress.get(event.name) === event.text) return undefined
        progress.set(event.name, event.text)
        return `${style.dim('…')} ${plainLine(event.text)}`
      case 'task-up-to-date':
        return targets.has(event.name) ? style.dim(upToDateText) : undefined
      case 'task-resumed':
        return targets.has(event.name) ? style.dim(resumedText) : undefined
      case 'task-skipped': {
        const view = record.tasks.get(event.name)
        const because = view?.kind === 'skipped' ? view.because : undefined
        if (because === undefined || !targets.has(event.name)) return undefined
        return style.yellow(skippedText(because))
      }
      case 'task-succeeded': {
        const view = record.tasks.get(event.name)
        return style.green(doneText(event.durationMs, view?.kind === 'succeeded' && view.served))
      }
      case 'run-finished':
        return summaryLine(event.outcome, record.counts(), event.durationMs, style)
      default:
        return eventText(event, style)
    }
  }
  return {
    take(event) {
      record.take(event)
      if (event.type === 'run-started') start(event)
      const text = textFor(event)
      if (text === undefined) return ''
      const before = event.type === 'run-finished' ? failures(record, options) : ''
      const label = width === 0 ? '' : `${('name' in event ? event.name : '').padEnd(width)}  `
      return `${before}${style.dim(clockText(event.at))}  ${label}${text}\n`
    },
    end: () => '',
  }
}

type SimpleEvent = Exclude<
  EngineEvent,
  {
    readonly type:
      | 'task-print'
      | 'task-progress'
      | 'task-up-to-date'
      | 'task-resumed'
      | 'task-skipped'
      | 'task-succeeded'
      | 'run-finished'
  }
>

/** What an event says by itself, whatever came before. */
function eventText(event: SimpleEvent, style: Style): string | undefined {
  switch (event.type) {
    case 'run-cancelled':
      return style.yellow(cancelledText(event.reason))
    case 'task-started':
      return style.dim(startedText(event.why))
    case 'task-restored':
      return style.dim(restoredText(event))
    case 'task-waits':
      return style.yellow(waitsText(event.pid))
    case 'task-retrying':
      return style.yellow(retryText(event))
    case 'task-ready':
      return style.green(readyText(event))
    case 'run-trouble':
    case 'task-trouble':
      return style.yellow(`warning: ${troubleText(event.trouble)}`)
    case 'task-log':
      return `${style.dim('│')} ${plainLine(event.line)}`
    case 'task-failed':
      return style.red(`failed after ${durationText(event.durationMs)}`)
    case 'task-aborted':
      return style.yellow(`${abortedText(event.abandoned)} after ${durationText(event.durationMs)}`)
    case 'task-processes-ended': {
      const text = endedText(event)
      return text === undefined ? undefined : style.yellow(text)
    }
    case 'run-started':
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
