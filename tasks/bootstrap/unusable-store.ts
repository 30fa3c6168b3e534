import { isDiskFull } from '../../lib/disk-full.ts'
import { errorCode } from '../../lib/error-code.ts'
import { isSqliteBusy } from '../../lib/sqlite-busy.ts'
import { UserError } from '../../lib/user-error.ts'

/** What to say of a place that would not take the store, or what belongs to it. */
export function unusableStore(path: string, cause: unknown): UserError {
  return new UserError(`the store cannot be kept at ${path}: ${reasonOf(cause)}`, {
    fix: isDiskFull(cause)
      ? 'make room there, or place storage.data_dir and storage.sqlite_path elsewhere'
      : 'make it writable, or set storage.data_dir and storage.sqlite_path in config/bootstrap.local.toml',
    cause,
  })
}

function reasonOf(error: unknown): string {
  if (isDiskFull(error)) return 'the disk is full'
  if (isSqliteBusy(error)) return 'it is locked by another process'
  switch (errorCode(error)) {
    case 'EROFS':
      return 'the file system is read-only'
    case 'EACCES':
    case 'EPERM':
      return 'it may not be written to'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
