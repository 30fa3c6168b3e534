/** Whether another connection holds SQLite's lock: SQLITE_BUSY in any of its extended forms; the low byte is 5. */
export const isSqliteBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 255) === 5
