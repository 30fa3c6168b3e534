/** What one look at the host has found. Looks stand for themselves: none hides another. */
export type Finding = {
  readonly what: string
  readonly verdict: 'ok' | 'warning' | 'failed'
  readonly detail: string
  /** What to do about it; absent where nothing is wrong. */
  readonly fix?: string | undefined
}
