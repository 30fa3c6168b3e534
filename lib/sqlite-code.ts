/** The primary result code of an error of SQLite, whatever extended form it has; undefined of any other error. */
export const sqliteCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 255
    : undefined
