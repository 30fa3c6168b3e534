/**
 * Which of the times that a breakpoint is come to stop the program, as everywhere here: `N` (or `== N`) is the Nth alone,
 * `>= N` the Nth and all that follow, `> N` those that follow, `< N` and `<= N` those before, `% N` each Nth.
 */
export type HitCondition = {
  /** How many are passed over at first. */
  readonly skip: number
  /** How many then stop; null: all. */
  readonly stops: number | null
  /** How many are passed over after each that stops. */
  readonly between: number
}

export const everyHit: HitCondition = { skip: 0, stops: null, between: 0 }

const largest = 1_000_000_000

/** Undefined where the text is none. */
export function parseHitCondition(text: string): HitCondition | undefined {
  const [, sign = '', digits = ''] = /^\s*(==?|>=?|<=?|%)?\s*(\d{1,10})\s*$/.exec(text) ?? []
  const count = Number(digits)
  if (digits === '' || count > largest) return undefined
  switch (sign) {
    case '>=':
      return { ...everyHit, skip: Math.max(0, count - 1) }
    case '>':
      return { ...everyHit, skip: count }
    case '<':
      return count > 1 ? { ...everyHit, stops: count - 1 } : undefined
    case '<=':
      return count > 0 ? { ...everyHit, stops: count } : undefined
    case '%':
      return count > 0 ? { ...everyHit, skip: count - 1, between: count - 1 } : undefined
    default:
      return count > 0 ? { ...everyHit, skip: count - 1, stops: 1 } : undefined
  }
}
