import type { PastRun } from '../engine/memory/history.ts'
import { changesText } from './change-text.ts'
import { type PastTask, resultWord } from './past-run.ts'
import { durationText, numeral, plainLine } from './plain-text.ts'
import { agoText } from './relative-time.ts'
import type { Style } from './style.ts'

const widestName = 32
/** Where there are more tasks than this, those that were up to date are only counted. */
const tasksShown = 60

/** One run that is remembered: what was asked for, what became of it, and of each of its tasks. */
export function runText(run: PastRun, tasks: readonly PastTask[], now: number, style: Style): string {
  const folds = tasks.length > tasksShown
  const shown = folds ? tasks.filter(({ outcome }) => outcome !== 'up-to-date') : tasks
  const width = Math.min(
    widestName,
    shown.reduce((most, { name }) => Math.max(most, name.length), 0),
  )
  const lines = [
    `${style.bold(`run ${plainLine(run.id)}`)}  ${run.words.map(plainLine).join(' ')}`,
    `${headText(run, now)}: ${countsText(run)}`,
    '',
    ...shown.flatMap(task => taskLines(task, width, style)),
  ]
  if (folds && tasks.length > shown.length)
    lines.push(style.dim(`… ${numeral(tasks.length - shown.length)} up to date`))
  return `${lines.join('\n')}\n`
}

function headText({ outcome, startedAt, durationMs }: PastRun, now: number): string {
  const took = durationMs === undefined ? '' : `, after ${durationText(durationMs)}`
  return `${resultWord(outcome)}${took}, started ${agoText(startedAt, now)}`
}

function countsText({ ran, upToDate, restored }: PastRun): string {
  return [
    `${numeral(ran)} ran`,
    upToDate > 0 ? `${numeral(upToDate)} up to date` : '',
    restored > 0 ? `${numeral(restored)} restored` : '',
  ]
    .filter(part => part !== '')
    .join(', ')
}

function taskLines(
  { name, outcome, durationMs, why, error }: PastTask,
  width: number,
  style: Style,
): string[] {
  const time = (durationMs === undefined ? '' : durationText(durationMs)).padStart(timeWidth)
  const text = [words[outcome], changesText(why)].filter(part => part !== undefined).join(': ')
  const line = `${signs[outcome]} ${plainLine(name).padEnd(width)}  ${time}  ${style.dim(text)}`.trimEnd()
  if (error === undefined) return [line]
  return [line, `  ${style.red(plainLine(error.split('\n', 1)[0] ?? ''))}`]
}

const timeWidth = '59 min 59 s'.length

const signs: Readonly<Record<PastTask['outcome'], string>> = {
  succeeded: '✔',
  'up-to-date': '=',
  resumed: '=',
  restored: '↺',
  failed: '✖',
  aborted: '⊘',
  skipped: '◻',
  running: '…',
}

/** What the sign and the time do not say already. */
const words: Readonly<Record<PastTask['outcome'], string | undefined>> = {
  succeeded: undefined,
  'up-to-date': 'up to date',
  resumed: 'done before',
  restored: 'restored',
  failed: undefined,
  aborted: 'stopped',
  skipped: 'not started',
  running: 'running',
}
