import { endProcesses } from '../../lib/processes/end-processes.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../lib/processes/process-table.ts'

/**
 * Ends what is left of commands whose runner is gone, by the mark that each process of a command bears. Looks again
 * until a look finds nothing, for what is being ended may still be starting others.
 */
export async function endLeftoverCommands(commandIds: ReadonlySet<string>): Promise<number> {
  let ended = 0
  for (let round = 0; round < 5 && commandIds.size > 0; round++) {
    const read = environmentReader()
    const members = processTable().entries.filter(
      entry =>
        !entry.zombie && (read(entry.pid, scopeVariable) ?? '').split(':').some(mark => commandIds.has(mark)),
    )
    if (members.length === 0) break
    ended += members.length
    await endProcesses(members, { graceMs: 2_000 })
  }
  return ended
}
