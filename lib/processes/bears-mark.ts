import { type EnvironmentReader, isUnset } from './process-table.ts'

/**
 * Whether a process bears one of these marks in a variable that holds a list of them, with colons. Undefined where that
 * cannot be told now, but may be in a moment.
 */
export function bearsMark(
  pid: number,
  variable: string,
  isOneOf: (mark: string) => boolean,
  read: EnvironmentReader,
): boolean | undefined {
  const marks = read(pid, variable)
  if (marks !== undefined) return marks.split(':').some(isOneOf)
  return isUnset(pid, variable) ? false : undefined
}
