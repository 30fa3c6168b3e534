/**
 * One task whose input is a glob that 10,000 files match, up to date. Against a bare program that reads the directories and
 * stats each file, and against other runners.
 *
 *     node tests/bench/task-many-inputs.ts
 */
import { ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { peers } from './runners/available.ts'
import { countOutputs, writeManyFiles, youngestOutput } from './runners/files.ts'
import { floors } from './runners/floor.ts'
import { all, manyInputs } from './runners/graph.ts'
import { Lineup } from './runners/lineup.ts'
import { ours } from './runners/ours.ts'
import type { Workspace } from './runners/workspace.ts'

export async function bench({ runs = 9 } = {}): Promise<Row[]> {
  const others = peers('turbo', 'just', 'vite-plus', 'nx', 'wireit', 'make', 'ninja')
  using lineup = new Lineup([ours, floors.directories, ...others], manyInputs, writeManyFiles)
  const filled = new Map<Workspace, number>()
  await lineup.each(async workspace => {
    await workspace.time(workspace.runner.run(all))
    if (countOutputs(workspace.directory) !== 1) throw new Error('made no output')
    filled.set(workspace, youngestOutput(workspace.directory))
    for (let i = 0; i < 2; i++) await workspace.time(workspace.runner.run(all))
  })
  return await lineup.race({
    ...{ name: '10,000 inputs up to date', runs, fewer: { wireit: 3, nx: 3 } },
    turn: async workspace => {
      const took = await workspace.time(workspace.runner.run(all))
      if (youngestOutput(workspace.directory) > (filled.get(workspace) ?? 0)) throw new Error('ran again')
      return took
    },
    goals: { floor: ratioUpTo(1.2) },
  })
}

await printIfMain(import.meta, bench)
