import { endProcesses } from './end-processes.ts'
import { scopeVariable } from './process-scope.ts'
import { environmentReader, processTable } from './process-table.ts'

/**
 * Ends what is left of scopes whose owner is gone, by the mark that each of their processes bears. Looks again until a
 * look finds nothing, for what is being ended may still be starting others.
 */
export async function endMarked(marks: ReadonlySet<string>): Promise<number> {
  let ended = 0
  for (let round = 0; round < 5 && marks.size > 0; round++) {
    const read = environmentReader()
    const members = processTable().entries.filter(
      entry =>
        !entry.zombie && (read(entry.pid, scopeVariable) ?? '').split(':').some(mark => marks.has(mark)),
    )
    if (members.length === 0) break
    ended += members.length
    await endProcesses(members, { graceMs: 2_000 })
  }
  return ended
}
