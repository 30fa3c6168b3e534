import type { EngineEvent } from '../engine/events.ts'
import { errorPlace } from './error-place.ts'
import { reasonLines } from './failure.ts'
import { durationText, plainLine } from './plain-text.ts'
import { endedText } from './processes.ts'
import type { Renderer } from './renderer.ts'
import type { TaskTraces } from './reporter.ts'
import { RunRecord } from './run-record.ts'
import type { Style } from './style.ts'
import { summaryLine } from './summary.ts'
import { TaskLog } from './task-log.ts'

export interface GithubOptions extends TaskTraces {
  readonly style: Style
  /** A file below the repository as annotations name it, relative to its top; undefined for anything else. */
  readonly sourceOf: (file: string) => string | undefined
  /** A word that no output can contain: GitHub obeys no command between it and its return. */
  readonly pause: string
}

/**
 * Lines for GitHub Actions: the log of each task in a group that can be opened, and an annotation for each failure, at
 * its line where the error tells one. Groups cannot be interleaved, so a log is shown when its task has ended.
 */
export function githubRenderer(options: GithubOptions): Renderer {
  const { style } = options
  const record = new RunRecord()
  const logs = new Map<string, TaskLog>()
  const logged = (name: string, title: string): string => {
    const lines = logs.get(name)?.lines() ?? []
    logs.delete(name)
    return lines.length === 0 ? `${title}\n` : group(title, lines, options.pause)
  }
  const text = (event: EngineEvent): string => {
    switch (event.type) {
      case 'task-started':
        return `${style.dim(`${event.name} started`)}\n`
      case 'task-log': {
        const log = logs.get(event.name) ?? new TaskLog()
        logs.set(event.name, log)
        log.push(event.line)
        return ''
      }
      case 'task-succeeded':
        return logged(event.name, style.green(`✔ ${event.name} done in ${durationText(event.durationMs)}`))
      case 'task-aborted': {
        const what = event.abandoned ? 'did not stop, and is left' : 'stopped'
        return logged(event.name, style.yellow(`⊘ ${event.name} ${what}`))
      }
      case 'task-failed':
        logs.delete(event.name)
        return failureText(event.name, event.durationMs, event.error, record, options)
      case 'task-processes-ended': {
        const ended = endedText(event)
        return ended === undefined ? '' : command('warning', { title: event.name }, ended)
      }
      case 'run-cancelled':
        return `${style.yellow('cancelled: ending what runs')}\n`
      case 'run-finished':
        return `${summaryLine(event.outcome, record.counts(), event.durationMs, style)}\n`
      case 'run-started':
      case 'task-progress':
      case 'task-print':
      case 'task-skipped':
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
  durationMs: number,
  error: unknown,
  record: RunRecord,
  { style, sourceOf, pause, commandFor, logFileOf }: GithubOptions,
): string {
  const view = record.tasks.get(name)
  const log = view?.kind === 'failed' ? view.log : []
  const title = style.red(`✖ ${name} failed after ${durationText(durationMs)}`)
  const reason = reasonLines(error, log)
  const file = logFileOf(name)
  const place = errorPlace(error, log, file => sourceOf(file) !== undefined)
  const again = [`again: ${commandFor(name)}`, ...(file === undefined ? [] : [`log: ${file}`])]
  return [
    log.length === 0 ? `${title}\n` : group(title, log, pause),
    paused([...reason, ...again], pause),
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
}

function group(title: string, lines: readonly string[], pause: string): string {
  return `::group::${escapeData(title)}\n${paused(lines, pause)}::endgroup::\n`
}

/** Lines of others, which may look like commands and must not be obeyed. */
function paused(lines: readonly string[], pause: string): string {
  const text = lines.map(line => `${plainLine(line)}\n`).join('')
  return /::|##\[/.test(text) ? `::stop-commands::${pause}\n${text}::${pause}::\n` : text
}

/** A workflow command of GitHub's: `::error file=a.ts,line=3::message`. */
export function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`)
  return `::${name}${list.length === 0 ? '' : ` ${list.join(',')}`}::${escapeData(message)}\n`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
