import { sqliteCode } from '../../lib/sqlite-code.ts'
import { UserError } from '../../lib/user-error.ts'

/** What SQLite says where a statement is wrong, or what is stored does not fit it: SQLITE_ERROR, _CONSTRAINT, _MISMATCH. */
const ownFaults: readonly (number | undefined)[] = [1, 19, 20]

/**
 * What to say where a migration was ended by what it does itself. All else, such as a lock or a disk that is full, has nothing to do
 * with which one it was, and stays as it is.
 */
export function failedMigration(name: string | undefined, error: unknown): unknown {
  const code = sqliteCode(error)
  if (name === undefined || (code !== undefined && !ownFaults.includes(code))) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new UserError(`the migration ${name} fails: ${reason}`, {
    fix: 'the store is as it was before: use it with the version that it was made by, or mend that migration',
    cause: error,
  })
}
