import { visible } from '../../../lib/visible.ts'
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

/** Rows under their titles, each column as wide as its content, cut where the terminal ends. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { paint, width }: TableOptions,
): string {
  const cells = rows.map(row => columns.map(({ cell }) => visible(cell(row))))
  const natural = columns.map(({ title }, i) =>
    Math.max(title.length, ...cells.map(line => length(line[i] ?? ''))),
  )
  const widths = fit(natural, columns, width)
  const line = (texts: readonly string[], colour: (i: number) => Colour | undefined): string =>
    texts
      .map((text, i) => {
        const cut = shorten(text, widths[i] ?? 0)
        const padding = i === texts.length - 1 ? '' : ' '.repeat((widths[i] ?? 0) - length(cut) + gap)
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

/** Takes what is too much from the widest flexible column, one by one, down to a width that still tells something. */
function fit(
  natural: readonly number[],
  columns: readonly { readonly flexible?: boolean }[],
  width: number | undefined,
): number[] {
  const widths = [...natural]
  if (width === undefined) return widths
  let excess = widths.reduce((sum, one) => sum + one, gap * (widths.length - 1)) - width
  while (excess > 0) {
    let widest = -1
    for (const [i, column] of columns.entries())
      if (column.flexible === true && (widths[i] ?? 0) > Math.max(narrowest, widths[widest] ?? 0)) widest = i
    if (widest === -1) return widths
    widths[widest] = (widths[widest] ?? 0) - 1
    excess -= 1
  }
  return widths
}

function shorten(text: string, width: number): string {
  if (length(text) <= width) return text
  return `${[...text].slice(0, Math.max(0, width - 1)).join('')}…`
}

/** In code points: one column each, but for wide and combining characters. */
const length = (text: string): number => [...text].length
