/** One measured line: ours beside a peer or the physical limit, on the same machine in the same run. */
export interface Row {
  readonly name: string
  /** What `peer` is the figure of, where there are several. */
  readonly beside?: string
  /** Not a number where there is none; `note` says why. */
  readonly ours: number
  readonly peer: number
  readonly unit: string
  readonly ratio: number
  readonly goal: string
  /** Undefined where nobody judges it. */
  readonly met?: boolean
  readonly note?: string
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

/** The least number that so large a share of them (0 to 1) does not pass. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export function rowsTable(rows: readonly Row[]): string {
  const table = [
    ['what', 'beside', 'ours', 'peer', 'above', 'ratio', 'goal'],
    ...rows.map(({ name, beside = '', ours, peer, unit, ratio, goal, met, note }) => [
      name,
      beside,
      figure(ours, unit),
      figure(peer, unit),
      figure(ours - peer, unit),
      Number.isNaN(ratio) ? '–' : `${ratio.toFixed(2)}×`,
      [goal, met === false ? 'missed' : '', note ?? ''].filter(Boolean).join(', '),
    ]),
  ]
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? []
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return table.map(row => `${line(row).trimEnd()}\n`).join('')
}

/** Small figures with more digits, for they are per task. */
const figure = (value: number, unit: string): string =>
  Number.isNaN(value) ? '–' : `${value.toFixed(unit.includes('/') ? 3 : 1)} ${unit}`
