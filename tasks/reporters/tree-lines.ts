import { abortedText, restoredText, resumedText, skippedText, upToDateText } from './event-words.ts'
import { durationText, numeral, plainLine } from './plain-text.ts'
import type { RunRecord, TaskView } from './run-record.ts'
import type { Style } from './style.ts'
import { sparedParts } from './summary.ts'

/** A finished tree with more lines than this is summed up. */
export const finalRows = 60

export interface Frame {
  /** The time of the frame, in milliseconds since 1970. */
  readonly now: number
  /** How many lines there may be; the rest is summed up. */
  readonly rows: number
  /** What turns in front of a running task. */
  readonly spinner: string
  readonly style: Style
}

/** What may be summed up, first things first: what did not have to run, what waits, what is done. */
const folds: readonly (readonly TaskView['kind'][])[] = [
  ['up-to-date', 'resumed', 'restored'],
  ['waiting', 'skipped'],
  ['succeeded'],
]

/**
 * The tree at one moment: tasks in the order of the plan, a running one with its last line below. Where not all fit,
 * tasks are summed up as `folds` tells, then the lines below are left out, then what runs is summed up.
 */
export function treeLines(record: RunRecord, frame: Frame): string[] {
  const all = [...record.tasks]
  let lines: string[] = []
  for (let i = 0; i <= folds.length + 1; i++) {
    const last = i > folds.length
    const folded = folds.slice(0, i).flat()
    const shown = all.filter(([, view]) => !folded.includes(view.kind))
    // Frames are drawn often and tasks may be many: what cannot fit is not written.
    if (!last && shown.length > frame.rows) continue
    lines = shown
      .slice(0, Math.max(0, frame.rows))
      .flatMap(([name, view]) => taskLines(name, view, record, frame).slice(0, last ? 1 : 2))
    const rest = restLine(record, shown.length, frame)
    if (rest !== undefined) lines.push(rest)
    if (lines.length <= frame.rows) return lines
  }
  const end = lines.at(-1)
  const kept = lines.slice(0, Math.max(0, frame.rows - 1))
  return end === undefined ? kept : [...kept, end]
}

function taskLines(name: string, view: TaskView, { notes }: RunRecord, frame: Frame): string[] {
  const { style } = frame
  const line = taskLine(name, view, frame)
  if (view.kind === 'running' || view.kind === 'serving') {
    const text = plainLine(view.text).trim()
    return text === '' ? [line] : [line, `  ${style.dim(`› ${text}`)}`]
  }
  const note = notes.get(name)?.join('; ')
  return note === undefined ? [line] : [line, `  ${style.yellow(note)}`]
}

/** The name comes first: narrow terminals cut the rest. */
function taskLine(name: string, view: TaskView, { now, spinner, style }: Frame): string {
  switch (view.kind) {
    case 'waiting':
      return style.dim(`◻ ${name}`)
    case 'running': {
      const time = now - view.since
      return `${style.yellow(spinner)} ${name}${time < 1000 ? '' : style.dim(` ${durationText(time)}`)}`
    }
    case 'serving': {
      const time = durationText(Math.max(0, now - view.since))
      return `${style.green('●')} ${name} ${style.dim(`ready for ${time}`)}`
    }
    case 'up-to-date':
      return style.dim(`= ${name} ${upToDateText}`)
    case 'resumed':
      return style.dim(`= ${name} ${resumedText}`)
    case 'restored':
      return style.dim(`↺ ${name} ${restoredText(view)}`)
    case 'succeeded': {
      const { length } = view.earlier
      const attempts = length === 0 ? '' : `, attempt ${length + 1}`
      const time = `${view.served ? 'ended after ' : ''}${durationText(view.durationMs)}`
      return `${style.green('✔')} ${name} ${style.dim(`${time}${attempts}`)}`
    }
    case 'failed':
      return `${style.red('✖')} ${name} ${style.dim(durationText(view.durationMs))}`
    case 'aborted':
      return `${style.yellow('⊘')} ${name} ${style.dim(abortedText(view.abandoned))}`
    case 'skipped':
      return style.dim(`◻ ${name} ${skippedText(view.because)}`)
  }
}

/** One line for the tasks that are not shown. */
function restLine(record: RunRecord, shown: number, { style }: Frame): string | undefined {
  const { size } = record.tasks
  if (size === shown) return undefined
  const counts = record.counts()
  const parts = [`${numeral(counts.succeeded)} done`, ...sparedParts(counts)]
  if (counts.serving > 0) parts.push(`${numeral(counts.serving)} ready`)
  parts.push(`${numeral(counts.running)} running`, `${numeral(counts.waiting)} waiting`)
  if (counts.skipped > 0) parts.push(`${numeral(counts.skipped)} not started`)
  return style.dim(`… ${numeral(size)} tasks: ${parts.join(', ')}`)
}
