import { outputOf } from '../../lib/outputs.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import { pastRuns, pastTasks } from '../engine/memory/history.ts'
import { openMemory } from '../engine/memory/open-memory.ts'
import type { Command } from './command.ts'

/** `task runs [RUN] [--json]`: the runs that are remembered, or one of them with its tasks. */
export const runs: Command = async ({ path, values, style, stdout }) => {
  using memory = openMemory(path)
  const all = pastRuns(memory)
  const { run: id, json } = values
  if (id === undefined) {
    const { runsText } = await import('../reporters/runs-text.ts')
    const { columns = 0 } = outputOf('stdout')
    const screen = { now: Date.now(), style, ...(columns > 0 && { columns }) }
    stdout(json === true ? jsonText(all) : runsText(all, screen))
    return 0
  }
  const run = all.find(known => known.id === id)
  if (run === undefined)
    throw new UserError(`no run ${String(id)} is remembered`, {
      fix:
        didYouMean(
          String(id),
          all.map(known => known.id),
        ) ?? 'see task runs',
    })
  const tasks = pastTasks(memory, run.id)
  const { runText } = await import('../reporters/run-text.ts')
  stdout(json === true ? jsonText({ ...run, tasks }) : runText(run, tasks, Date.now(), style))
  return 0
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
