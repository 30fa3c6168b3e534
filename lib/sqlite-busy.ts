import { sqliteCode } from './sqlite-code.ts'

/**
 * Whether another connection holds SQLite's lock: SQLITE_BUSY, or SQLITE_PROTOCOL, where it holds it over an index of the log that
 * is half written. SQLite has tried for ten seconds by then (https://sqlite.org/rescode.html#protocol).
 */
export const isSqliteBusy = (error: unknown): boolean => [5, 15].includes(sqliteCode(error) ?? 0)
