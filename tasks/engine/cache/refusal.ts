import { fileReason } from '../../../lib/file-reason.ts'

/**
 * Why the system refused, and for which file: an outcome to be told, for a task does not fail because its outputs could
 * not be kept. Whatever else was thrown is a bug and thrown on.
 */
export function refusal(error: unknown): string {
  if (!(error instanceof Error) || !('syscall' in error)) throw error
  const path = 'dest' in error ? error.dest : 'path' in error ? error.path : undefined
  return path === undefined ? fileReason(error) : `${String(path)}: ${fileReason(error)}`
}
