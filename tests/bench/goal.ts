import type { Row } from './row.ts'

type Compared = Pick<Row, 'ours' | 'peer' | 'ratio' | 'unit'>

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

/** How much ours may take beyond the peer: what we add, where the peer is what we stand on. */
export const addedUpTo = (limit: number, unit: string) => ({
  text: `≤ ${limit} ${unit} above it`,
  isMet: ({ ours, peer }: Pick<Row, 'ours' | 'peer'>): boolean => ours - peer <= limit,
})

/** What was compared, with whether that is as it should be. */
export const judged = (
  compared: Compared,
  goal: { readonly text: string; readonly isMet: (row: Compared) => boolean },
): Compared & Pick<Row, 'goal' | 'met'> => ({ ...compared, goal: goal.text, met: goal.isMet(compared) })
