/**
 * The most memory that a run of 1,000 commands takes at once, in the process of the runner that takes the most: ours beside
 * other runners and a bare program that spawns the same.
 *
 *     node tests/bench/task-memory.ts
 */
import { upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { peers } from './runners/available.ts'
import { countOutputs } from './runners/files.ts'
import { floors } from './runners/floor.ts'
import { all, wide } from './runners/graph.ts'
import { Lineup } from './runners/lineup.ts'
import { ours } from './runners/ours.ts'

const count = 1_000

export async function bench(): Promise<Row[]> {
  const others = peers('hereby', 'vite-plus', 'wireit', 'nx', 'turbo', 'just', 'make', 'ninja')
  using lineup = new Lineup(
    [ours, floors.commands, ...others],
    wide(count, name => ['touch', `out/${name}`]),
  )
  // What is kept from a first look at the graph, nobody has to make again.
  await lineup.each(async workspace => {
    const list = workspace.runner.list?.()
    if (list !== undefined) await workspace.time(list)
  })
  return await lineup.race({
    name: 'peak memory, 1,000 commands',
    ...{ runs: 1, unit: 'MiB' },
    turn: async workspace => {
      const mebibytes = await workspace.peakMemory((workspace.runner.fill ?? workspace.runner.run)(all))
      const ran = countOutputs(workspace.directory)
      if (ran !== count) throw new Error(`ran ${ran} of ${count} commands`)
      return mebibytes
    },
    goals: { floor: upTo(90, 'MiB') },
  })
}

await printIfMain(import.meta, bench)
