import { errorCode } from './error-code.ts'
import { sqliteCode } from './sqlite-code.ts'

/** Whether there is no room: told by the system, or by SQLite, whose SQLITE_FULL is 13. */
export const isDiskFull = (error: unknown): boolean =>
  errorCode(error) === 'ENOSPC' || sqliteCode(error) === 13
