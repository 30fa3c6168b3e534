import { errorCode } from './error-code.ts'

/** Why a file could not be used, without the system's call and path. */
export function fileReason(error: unknown): string {
  const code = errorCode(error) ?? ''
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    ENOTDIR: 'a part of its path is no directory',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space is left',
  }
  return reasons[code] ?? (error instanceof Error ? error.message : String(error))
}
