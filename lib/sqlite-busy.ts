import { sqliteCode } from './sqlite-code.ts'

/** Whether another connection holds SQLite's lock: SQLITE_BUSY. */
export const isSqliteBusy = (error: unknown): boolean => sqliteCode(error) === 5
