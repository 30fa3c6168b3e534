import { CommandError } from '../engine/command-error.ts'
import { abortedText, restoredText, resumedText, skippedText, upToDateText } from './event-words.ts'
import { earlierLines, reasonLines } from './failure.ts'
import { plainLine } from './plain-text.ts'
import type { Renderer } from './renderer.ts'
import type { TaskTraces } from './reporter.ts'
import { RunRecord, type TaskView } from './run-record.ts'
import { xmlAttributes, xmlText } from './xml.ts'

/** Servers show a report as a page: of a long log the end has to do, the file has the rest. */
const logLines = 200

/**
 * JUnit's XML, in the common subset of its dialects: a suite for the run, a case for each task. A task that never
 * started, or was stopped since another failed, is skipped; one that the user's cancelling stopped is an error, for
 * else a cancelled run would pass. One that did not have to run has passed, in no time, and says so.
 */
export function junitRenderer(traces: TaskTraces): Renderer {
  const record = new RunRecord()
  let targets = ''
  let started = 0
  return {
    take(event) {
      record.take(event)
      if (event.type === 'run-started') {
        targets = event.plan.targets.join(' ')
        started = event.at
      }
      return ''
    },
    end() {
      const cancelled = record.finished?.outcome === 'cancelled'
      const { failed, aborted, skipped } = record.counts()
      const counts = {
        tests: record.tasks.size,
        failures: failed,
        errors: cancelled ? aborted : 0,
        skipped: skipped + (cancelled ? 0 : aborted),
        time: seconds(record.finished?.durationMs ?? 0),
      }
      const timestamp = new Date(started).toISOString().slice(0, 19)
      const cases = [...record.tasks].map(([name, view]) => caseText(name, view, cancelled, traces))
      return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<testsuites${xmlAttributes({ name: 'task', ...counts })}>`,
        `  <testsuite${xmlAttributes({ name: `task ${targets}`, ...counts, timestamp })}>`,
        ...cases,
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n')
    },
  }
}

function caseText(name: string, view: TaskView, cancelled: boolean, traces: TaskTraces): string {
  const time = 'durationMs' in view ? view.durationMs : 0
  const head = `    <testcase${xmlAttributes({ name, classname: 'task', time: seconds(time) })}`
  const inner = innerText(name, view, cancelled, traces)
  return inner === '' ? `${head}/>` : `${head}>\n${inner}\n    </testcase>`
}

function innerText(name: string, view: TaskView, cancelled: boolean, traces: TaskTraces): string {
  switch (view.kind) {
    case 'succeeded':
      return view.earlier.length === 0 ? '' : output(earlierLines(view.earlier))
    case 'up-to-date':
      return output([upToDateText])
    case 'resumed':
      return output([resumedText])
    case 'restored':
      return output([restoredText(view)])
    case 'serving':
      return '' // it goes on after the run, with --watch
    case 'waiting':
    case 'running':
      return skipped(undefined)
    case 'skipped':
      return skipped(view.because)
    case 'aborted': {
      const what = abortedText(view.abandoned)
      const why = cancelled ? 'the run was cancelled' : 'another task failed'
      const attributes = xmlAttributes({
        message: `${what}: ${why}`,
        ...(cancelled && { type: 'Cancelled' }),
      })
      return `      <${cancelled ? 'error' : 'skipped'}${attributes}/>`
    }
    case 'failed': {
      const { error, log, earlier } = view
      const reason = reasonLines(error, log)
      const attributes = xmlAttributes({ message: reason[0] ?? 'failed', type: typeOf(error) })
      const file = traces.logFileOf(name)
      const again = [`again: ${traces.commandFor(name)}`, ...(file === undefined ? [] : [`log: ${file}`])]
      const attempts = earlierLines(earlier)
      if (attempts.length > 0) attempts.push('')
      const text = [...attempts, ...reason, '', ...again].join('\n')
      const failure = `      <failure${attributes}>${xmlText(text)}</failure>`
      if (log.length === 0) return failure
      const left = log.length - logLines
      const lines = [
        ...(left > 0 ? [`… ${left} lines left out …`] : []),
        ...log.slice(-logLines).map(plainLine),
      ]
      return `${failure}\n${output(lines)}`
    }
  }
}

function output(lines: readonly string[]): string {
  return `      <system-out>${xmlText(lines.join('\n'))}</system-out>`
}

function skipped(because: string | undefined): string {
  return `      <skipped${xmlAttributes({ message: skippedText(because) })}/>`
}

function typeOf(error: unknown): string {
  if (error instanceof CommandError) return `CommandError.${error.fault.kind}`
  return error instanceof Error ? error.name : typeof error
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
