import { visible } from '../../../lib/visible.ts'
import { displayWidth, shortened } from './display-width.ts'
import type { Colour, Paint } from './paint.ts'

export type Column<Row> = {
  readonly title: string
  readonly cell: (row: Row) => string
  readonly colour?: (row: Row) => Colour | undefined
  /** It may be cut when the terminal is too narrow. */
  readonly flexible?: boolean
}

export type TableOptions = {
  readonly paint: Paint
  /** The terminal's; undefined where the output is no terminal and nothing is cut. */
  readonly width: number | undefined
}

const gap = 2
const narrowest = 8

/**
 * Rows under their titles, each column as wide as its content, cut where the terminal ends. Where not even that helps, a
 * line for each cell, and nothing is cut: lines that a terminal breaks by itself are no table.
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { paint, width }: TableOptions,
): string {
  const cells = rows.map(row => columns.map(({ cell }) => visible(cell(row))))
  const natural = columns.map(({ title }, i) =>
    cells.reduce((most, line) => Math.max(most, displayWidth(line[i] ?? '')), title.length),
  )
  const widths = fit(natural, columns, width)
  if (widths === undefined) return blocks(rows, columns, cells, paint)
  const line = (texts: readonly string[], colour: (i: number) => Colour | undefined): string =>
    texts
      .map((text, i) => {
        const cut = shortened(text, widths[i] ?? 0)
        const padding = i === texts.length - 1 ? '' : ' '.repeat((widths[i] ?? 0) - displayWidth(cut) + gap)
        const name = colour(i)
        return (name === undefined ? cut : paint(name, cut)) + padding
      })
      .join('')
      .trimEnd()
  const lines = [
    line(
      columns.map(({ title }) => title),
      () => 'dim',
    ),
  ]
  for (const [i, row] of rows.entries()) lines.push(line(cells[i] ?? [], at => columns[at]?.colour?.(row)))
  return `${lines.join('\n')}\n`
}

/** Each row as lines of titles and cells, with a blank line before the next. */
function blocks<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  paint: Paint,
): string {
  const widest = Math.max(...columns.map(({ title }) => title.length))
  const block = (row: Row, texts: readonly string[]): string =>
    columns
      .map(({ title, colour }, i) => {
        const [text = '', name] = [texts[i], colour?.(row)]
        if (text === '') return ''
        return `${paint('dim', title.padEnd(widest + gap))}${name === undefined ? text : paint(name, text)}\n`
      })
      .join('')
  return rows.map((row, i) => block(row, cells[i] ?? [])).join('\n')
}

/**
 * Takes what is too much from the widest flexible column, one by one, down to a width that still tells something; undefined
 * where that is not enough.
 */
function fit(
  natural: readonly number[],
  columns: readonly { readonly flexible?: boolean }[],
  width: number | undefined,
): number[] | undefined {
  const widths = [...natural]
  if (width === undefined) return widths
  let excess = widths.reduce((sum, one) => sum + one, gap * (widths.length - 1)) - width
  while (excess > 0) {
    let widest = -1
    for (const [i, column] of columns.entries())
      if (column.flexible === true && (widths[i] ?? 0) > Math.max(narrowest, widths[widest] ?? 0)) widest = i
    if (widest === -1) return undefined
    widths[widest] = (widths[widest] ?? 0) - 1
    excess -= 1
  }
  return widths
}
