/** One measured line: ours beside a peer or the physical limit, on the same machine in the same run. */
export interface Row {
  readonly name: string
  readonly ours: number
  readonly peer: number
  readonly unit: string
  readonly ratio: number
  readonly goal: string
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

export function rowsTable(rows: readonly Row[]): string {
  const table = [
    ['what', 'ours', 'peer', 'above', 'ratio', 'goal'],
    ...rows.map(({ name, ours, peer, unit, ratio, goal }) => [
      name,
      `${ours.toFixed(1)} ${unit}`,
      `${peer.toFixed(1)} ${unit}`,
      `${(ours - peer).toFixed(1)} ${unit}`,
      `${ratio.toFixed(2)}×`,
      goal,
    ]),
  ]
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? []
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return table.map(row => `${line(row).trimEnd()}\n`).join('')
}
