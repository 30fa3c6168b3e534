import { bearsMark } from '../../lib/processes/bears-mark.ts'
import type { ProcessEntry } from '../../lib/processes/process-entry.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../lib/processes/process-table.ts'
import { scopeMembers } from '../../lib/processes/scope-members.ts'
import type { Setting } from '../setting.ts'
import { membersOfGroup } from './run-group.ts'

/**
 * Every process of a run but this one: those in its control group, where it has one, those that bear its mark, and what descends
 * from these.
 */
export function membersOf({ mark, group }: Pick<Setting, 'mark' | 'group'>): ProcessEntry[] {
  const read = environmentReader()
  const isMarked = ({ pid }: ProcessEntry) =>
    bearsMark(pid, scopeVariable, one => one === mark, read) ?? false
  const inGroup = new Set((group === undefined ? [] : membersOfGroup(group)).map(({ pid }) => pid))
  inGroup.delete(process.pid)
  const { entries } = processTable()
  const marked = new Set(scopeMembers(entries, [], isMarked))
  return entries.filter(entry => marked.has(entry) || (inGroup.has(entry.pid) && !entry.zombie))
}
