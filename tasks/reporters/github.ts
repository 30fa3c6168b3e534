import type { EngineEvent } from '../engine/events.ts'
import { errorPlace } from './error-place.ts'
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
import { earlierLines, lastLines, reasonLines } from './failure.ts'
import { durationText, plainLine } from './plain-text.ts'
import { endedText } from './processes.ts'
import type { PieceRenderer } from './renderer.ts'
import type { TaskTraces } from './reporter.ts'
import { RunRecord, type TaskView } from './run-record.ts'
import type { Style } from './style.ts'
import { summaryLine } from './summary.ts'
import { TaskLog } from './task-log.ts'
import { troubleText } from './trouble-text.ts'
import type { Piece } from './whole-log.ts'
import { command, group, groupOf, guarded, paused } from './workflow-commands.ts'

export interface GithubOptions extends TaskTraces {
  readonly style: Style
  /** A file below the repository as annotations name it, relative to its top; undefined for anything else. */
  readonly sourceOf: (file: string) => string | undefined
  /** A word that no output can contain: GitHub obeys no command between it and its return. */
  readonly pause: string
}

/**
 * Lines for GitHub Actions: the log of each task in a group that can be opened, and an annotation for each failure, at
 * its line where the error tells one. Groups cannot be interleaved, so a log is shown when its task has ended. A task
 * that did not have to run, or could not, has a line only where it was asked for by name.
 */
export function githubRenderer(options: GithubOptions): PieceRenderer {
  const { style, pause } = options
  const record = new RunRecord()
  const logs = new Map<string, TaskLog>()
  let targets: ReadonlySet<string> = new Set()
  const logged = (name: string, title: string): string => {
    const lines = logs.get(name)?.lines() ?? []
    logs.delete(name)
    return lines.length === 0 ? `${title}\n` : group(title, lines, pause)
  }
  const line = (text: string) => guarded(`${text}\n`, pause)
  const text = (event: EngineEvent): string | readonly Piece[] => {
    switch (event.type) {
      case 'run-started':
        targets = new Set(event.plan.targets)
        return ''
      case 'task-started':
        return line(style.dim(`${event.name} ${startedText(event.why)}`))
      case 'task-up-to-date':
        return targets.has(event.name) ? line(style.dim(`= ${event.name} ${upToDateText}`)) : ''
      case 'task-resumed':
        return targets.has(event.name) ? line(style.dim(`= ${event.name} ${resumedText}`)) : ''
      case 'task-restored':
        return line(style.dim(`↺ ${event.name} ${restoredText(event)}`))
      case 'task-waits':
        return line(style.yellow(`${event.name} ${waitsText(event.pid)}`))
      case 'task-retrying':
        return line(style.yellow(`${event.name} ${retryText(event)}`))
      case 'task-ready':
        return line(style.green(`● ${event.name} ${readyText(event)}`))
      case 'task-log': {
        const log = logs.get(event.name) ?? new TaskLog()
        logs.set(event.name, log)
        log.push(event.line)
        return ''
      }
      case 'task-succeeded': {
        const view = record.tasks.get(event.name)
        const done = doneText(event.durationMs, view?.kind === 'succeeded' && view.served)
        return logged(event.name, style.green(`✔ ${event.name} ${done}`))
      }
      case 'task-aborted':
        return logged(event.name, style.yellow(`⊘ ${event.name} ${abortedText(event.abandoned)}`))
      case 'task-failed': {
        logs.delete(event.name)
        const view = record.tasks.get(event.name)
        return view?.kind === 'failed' ? failureText(event.name, view, options) : ''
      }
      case 'task-skipped': {
        const view = record.tasks.get(event.name)
        const because = view?.kind === 'skipped' ? view.because : undefined
        if (because === undefined || !targets.has(event.name)) return ''
        return line(style.yellow(`◻ ${event.name} ${skippedText(because)}`))
      }
      case 'run-trouble':
        return command('warning', { title: 'task' }, troubleText(event.trouble))
      case 'task-trouble':
        return command('warning', { title: event.name }, troubleText(event.trouble))
      case 'task-processes-ended': {
        const ended = endedText(event)
        return ended === undefined ? '' : command('warning', { title: event.name }, ended)
      }
      case 'run-cancelled':
        return `${style.yellow(cancelledText(event.reason))}\n`
      case 'run-finished':
        return `${summaryLine(event.outcome, record.counts(), event.durationMs, style)}\n`
      case 'task-progress':
      case 'task-print':
      case 'task-took-terminal':
      case 'task-released-terminal':
        return ''
    }
  }
  return {
    take(event) {
      record.take(event)
      return text(event)
    },
    end: () => '',
  }
}

function failureText(
  name: string,
  { durationMs, error, log, isLogCut, earlier }: Extract<TaskView, { readonly kind: 'failed' }>,
  { style, sourceOf, pause, commandFor, logFileOf, wholeLogOf }: GithubOptions,
): string | readonly Piece[] {
  const title = style.red(`✖ ${name} failed after ${durationText(durationMs)}`)
  const reason = reasonLines(error, log)
  const file = logFileOf(name)
  const place = errorPlace(error, log, file => sourceOf(file) !== undefined)
  const again = [`again: ${commandFor(name)}`, ...(file === undefined ? [] : [`log: ${file}`])]
  const whole = isLogCut ? wholeLogOf?.(name) : undefined
  const end = [
    paused([...earlierLines(earlier), ...reason, ...again], pause),
    command(
      'error',
      {
        title: `${name} failed`,
        ...(place !== undefined && {
          file: sourceOf(place.file) ?? place.file,
          line: String(place.line),
          ...(place.column !== undefined && { col: String(place.column) }),
        }),
      },
      [...reason, ...again].join('\n'),
    ),
  ].join('')
  if (whole === undefined) return (log.length === 0 ? `${title}\n` : group(title, log, pause)) + end
  const last = lastLines(log, whole).map(line => `${plainLine(line)}\n`)
  return [...groupOf(title, [{ path: whole.path, prefix: '' }, ...last], pause), end]
}
