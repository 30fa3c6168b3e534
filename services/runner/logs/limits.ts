/** What becomes of logs. Spans in milliseconds, sizes in bytes on disk; 0: never, or any. */
export type LogLimits = {
  /** How long after the end of its command a log is compressed. */
  readonly compressAfterMs: number
  /** How long after the end of its command a log is kept. */
  readonly retainMs: number
  /** How large the logs of one session, and those of all, may be together: the oldest go first. */
  readonly sessionBytes: number
  readonly totalBytes: number
}

export const defaultLogLimits: LogLimits = {
  compressAfterMs: 24 * 3_600_000,
  retainMs: 30 * 86_400_000,
  sessionBytes: 0,
  totalBytes: 20 * 1024 ** 3,
}
