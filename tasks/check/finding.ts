/** What one look at the host has found. Looks stand for themselves: none hides another. */
export type Finding = {
  readonly what: string
  readonly verdict: 'ok' | 'warning' | 'failed'
  readonly detail: string
  /** What to do about it, or how to get what is missing and not needed. */
  readonly fix?: string | undefined
}
