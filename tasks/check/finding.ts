/** What a look at one part of the host found. */
export type Finding = {
  what: string
  verdict: 'ok' | 'warning' | 'failed'
  detail: string
  /** What to do about a warning or a failure. */
  fix?: string
}
