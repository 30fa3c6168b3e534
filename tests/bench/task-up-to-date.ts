/**
 * 1,000 tasks in ten layers, each with one input file and one output: all of them up to date, and all but one. Against a
 * bare program with one state file and one stat a file, and against other runners.
 *
 *     node tests/bench/task-up-to-date.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ahead, ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { peers } from './runners/available.ts'
import { checkCopies, writeInputs, youngestOutput } from './runners/files.ts'
import { floors } from './runners/floor.ts'
import { all, inputOf, layered, outputOf } from './runners/graph.ts'
import { Lineup } from './runners/lineup.ts'
import { ours } from './runners/ours.ts'
import type { Workspace } from './runners/workspace.ts'

/** They take seconds. */
const fewer = { wireit: 3, nx: 3 }

export async function bench({ runs = 9 } = {}): Promise<Row[]> {
  const graph = layered(1_000)
  const others = peers('turbo', 'just', 'vite-plus', 'nx', 'wireit', 'make', 'ninja')
  using lineup = new Lineup([ours, floors.files, ...others], graph, directory =>
    writeInputs(directory, graph),
  )
  const filled = new Map<Workspace, number>()
  await lineup.each(async workspace => {
    await workspace.time((workspace.runner.fill ?? workspace.runner.run)(all))
    checkCopies(workspace.directory, graph)
    filled.set(workspace, youngestOutput(workspace.directory))
    for (let i = 0; i < 2; i++) await workspace.time(workspace.runner.run(all))
  })
  const upToDate = await lineup.race({
    ...{ name: '1,000 tasks up to date', runs, fewer },
    turn: async workspace => {
      const took = await workspace.time(workspace.runner.run(all))
      if (youngestOutput(workspace.directory) > (filled.get(workspace) ?? 0))
        throw new Error('ran a task again')
      return took
    },
    goals: { floor: ratioUpTo(1.6), turbo: ahead, just: ahead },
  })
  // Nothing needs it, so that it is the only one to run.
  const edited = 't999'
  const changed = await lineup.race({
    ...{ name: '1 of 1,000 changed', runs, fewer },
    turn: async (workspace, round) => {
      const text = `edited in round ${round}\n`
      writeFileSync(join(workspace.directory, inputOf(edited)), text)
      const took = await workspace.time(workspace.runner.run(all))
      if (readFileSync(join(workspace.directory, outputOf(edited)), 'utf8') !== text)
        throw new Error('missed the edit')
      const youngest = youngestOutput(workspace.directory, `${edited}.txt`)
      if (youngest > (filled.get(workspace) ?? 0)) throw new Error('ran more than the task that was edited')
      return took
    },
    goals: { floor: ratioUpTo(2.2) },
  })
  return [...upToDate, ...changed]
}

await printIfMain(import.meta, bench)
