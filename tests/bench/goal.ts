import type { Row } from './row.ts'

/** What a row should show, in words and as a rule. */
export interface Goal {
  readonly text: string
  readonly isMet: (row: Pick<Row, 'ours' | 'ratio'>) => boolean
}

export const ratioUpTo = (ratio: number): Goal => ({
  text: `≤ ${ratio}×`,
  isMet: row => row.ratio <= ratio,
})

export const ahead: Goal = { text: '< 1×', isMet: row => row.ratio < 1 }

export const upTo = (limit: number, unit: string): Goal => ({
  text: `≤ ${limit} ${unit}`,
  isMet: row => row.ours <= limit,
})

export const atLeast = (ratio: number): Goal => ({
  text: `≥ ${ratio}×`,
  isMet: row => row.ratio >= ratio,
})
