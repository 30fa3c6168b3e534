import type { ProcessEntry } from './process-entry.ts'
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

/** A mark, and the start of the first process that can bear it. */
export type DatedMark = { readonly mark: string; readonly since: number }

/** The same of a process as the table has it. Who is older is not asked: reading environments is what costs. */
export function entryBearsMark(
  { pid, startOrder, zombie }: ProcessEntry,
  variable: string,
  { mark, since }: DatedMark,
  read: EnvironmentReader,
): boolean | undefined {
  if (startOrder < since || zombie) return false
  return bearsMark(pid, variable, one => one === mark, read)
}
