import { bearsMark } from '../../lib/processes/bears-mark.ts'
import type { ProcessEntry } from '../../lib/processes/process-entry.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../lib/processes/process-table.ts'
import { scopeMembers } from '../../lib/processes/scope-members.ts'

/** Every process of a run: those that bear its mark, and what descends from them. */
export function membersOf(mark: string): ProcessEntry[] {
  const read = environmentReader()
  const isMarked = ({ pid }: ProcessEntry) =>
    bearsMark(pid, scopeVariable, one => one === mark, read) ?? false
  return scopeMembers(processTable().entries, [], isMarked)
}
