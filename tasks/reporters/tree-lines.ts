import { durationText, plainLine } from './plain-text.ts'
import type { RunRecord, TaskView } from './run-record.ts'
import type { Style } from './style.ts'

export interface Frame {
  /** The time of the frame, in milliseconds since 1970. */
  readonly now: number
  /** How many lines there may be; the rest is summed up. */
  readonly rows: number
  /** What turns in front of a running task. */
  readonly spinner: string
  readonly style: Style
}

/**
 * The tree at one moment: tasks in the order of the plan, a running one with its last line below. Where not all fit,
 * first those that wait are summed up, then those that are done, then the lines below, then what runs.
 */
export function treeLines(record: RunRecord, frame: Frame): string[] {
  const all = [...record.tasks]
  const tries: ((view: TaskView) => boolean)[] = [
    () => true,
    view => view.kind !== 'waiting' && view.kind !== 'skipped',
    view => view.kind === 'running' || view.kind === 'failed' || view.kind === 'aborted',
  ]
  let lines: string[] = []
  for (const [i, wanted] of [...tries, ...tries.slice(-1)].entries()) {
    const shown = all.filter(([, view]) => wanted(view))
    lines = shown.flatMap(([name, view]) => taskLines(name, view, frame).slice(0, i < tries.length ? 2 : 1))
    const rest = restLine(record, shown.length, frame)
    if (rest !== undefined) lines.push(rest)
    if (lines.length <= frame.rows) return lines
  }
  const last = lines.at(-1)
  const kept = lines.slice(0, Math.max(0, frame.rows - 1))
  return last === undefined ? kept : [...kept, last]
}

function taskLines(name: string, view: TaskView, { now, spinner, style }: Frame): string[] {
  switch (view.kind) {
    case 'waiting':
      return [style.dim(`◻ ${name}`)]
    case 'running': {
      const time = now - view.since
      const line = `${style.yellow(spinner)} ${name}${time < 1000 ? '' : style.dim(` ${durationText(time)}`)}`
      const text = plainLine(view.text).trim()
      return text === '' ? [line] : [line, `  ${style.dim(`› ${text}`)}`]
    }
    case 'succeeded': {
      const line = `${style.green('✔')} ${name} ${style.dim(durationText(view.durationMs))}`
      return view.note === undefined ? [line] : [line, `  ${style.yellow(view.note)}`]
    }
    case 'failed':
      return [`${style.red('✖')} ${name} ${style.dim(durationText(view.durationMs))}`]
    case 'aborted':
      return [
        `${style.yellow('⊘')} ${name} ${style.dim(view.abandoned ? 'did not stop, and is left' : 'stopped')}`,
      ]
    case 'skipped':
      return [style.dim(`◻ ${name} not started`)]
  }
}

/** One line for the tasks that are not shown. */
function restLine(record: RunRecord, shown: number, { style }: Frame): string | undefined {
  const hidden = record.tasks.size - shown
  if (hidden === 0) return undefined
  const { succeeded, running, waiting, skipped } = record.counts()
  const parts = [`${succeeded} done`, `${running} running`, `${waiting} waiting`]
  if (skipped > 0) parts.push(`${skipped} not started`)
  return style.dim(`… ${record.tasks.size} tasks: ${parts.join(', ')}`)
}
