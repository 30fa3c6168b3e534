/** A table of Markdown, its columns as wide as their widest cell, as the formatter of this project's pages has them. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((_, column) =>
    Math.max(3, ...[titles, ...rows].map(cells => cells[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`
  return [line(titles, ' '), line([], '-'), ...rows.map(cells => line(cells, ' '))].join('\n')
}
