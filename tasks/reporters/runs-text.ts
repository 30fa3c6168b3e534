import type { PastRun } from '../engine/memory/history.ts'
import { resultWord } from './past-run.ts'
import { durationText, numeral, plainLine } from './plain-text.ts'
import { agoText } from './relative-time.ts'
import type { Style } from './style.ts'

interface Screen {
  readonly now: number
  readonly style: Style
  readonly columns?: number
}

interface Column {
  readonly title: string
  readonly numbers?: boolean
  readonly cells: readonly string[]
  /** The column with the lowest goes first where there is no room. */
  readonly worth: number
}

/** The words of a run are the last column, and have the room that is left, which should be this much. */
const wordsWidth = 12

/** A table of runs, in the order given, at most `columns` wide. */
export function runsText(runs: readonly PastRun[], { now, style, columns = 80 }: Screen): string {
  if (runs.length === 0) return 'no run is remembered yet\n'
  const numbers = (title: string, worth: number, numberOf: (run: PastRun) => number): Column => ({
    title,
    worth,
    numbers: true,
    cells: runs.map(run => numeral(numberOf(run))),
  })
  const all: Column[] = [
    { title: 'run', worth: 9, cells: runs.map(({ id }) => plainLine(id)) },
    { title: 'started', worth: 7, cells: runs.map(({ startedAt }) => agoText(startedAt, now)) },
    { title: 'result', worth: 8, cells: runs.map(({ outcome }) => resultWord(outcome)) },
    {
      title: 'took',
      worth: 6,
      numbers: true,
      cells: runs.map(({ durationMs }) => (durationMs === undefined ? '' : durationText(durationMs))),
    },
    numbers('ran', 5, ({ ran }) => ran),
    numbers('up to date', 4, ({ upToDate }) => upToDate),
    numbers('restored', 3, ({ restored }) => restored),
  ]
  const shown = fitting(all, columns - wordsWidth)
  const room = columns - widthOf(shown)
  const words = runs.map(run => cut(run.words.map(plainLine).join(' '), room))
  const line = (cellOf: (column: Column) => string, last: string) =>
    [...shown.map(column => padded(cellOf(column), column)), last].join('  ').trimEnd()
  const lines = runs.map((run, i) =>
    dress(
      line(({ cells }) => cells[i] ?? '', words[i] ?? ''),
      run,
      style,
    ),
  )
  return `${[style.dim(line(({ title }) => title, cut('words', room))), ...lines].join('\n')}\n`
}

function fitting(columns: readonly Column[], room: number): readonly Column[] {
  if (columns.length <= 1 || widthOf(columns) <= room) return columns
  const least = Math.min(...columns.map(({ worth }) => worth))
  return fitting(
    columns.filter(({ worth }) => worth > least),
    room,
  )
}

/** With the gap behind each. */
function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + cellWidth(column) + 2, 0)
}

function cellWidth({ title, cells }: Column): number {
  return cells.reduce((width, cell) => Math.max(width, cell.length), title.length)
}

function padded(cell: string, column: Column): string {
  return column.numbers ? cell.padStart(cellWidth(column)) : cell.padEnd(cellWidth(column))
}

function cut(text: string, width: number): string {
  if (width <= 0) return ''
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}

function dress(line: string, { outcome }: PastRun, style: Style): string {
  switch (outcome) {
    case 'succeeded':
      return line
    case 'failed':
    case 'killed':
      return style.red(line)
    case 'cancelled':
    case 'running':
      return style.yellow(line)
  }
}
