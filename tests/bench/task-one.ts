/**
 * How long a user waits for one task that runs `true`. Against `node -e 0`, a bare program that spawns it, and other
 * runners.
 *
 *     node tests/bench/task-one.ts
 */
import { ahead, ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { peers } from './runners/available.ts'
import { countOutputs } from './runners/files.ts'
import { floors, node } from './runners/floor.ts'
import { wide } from './runners/graph.ts'
import { Lineup } from './runners/lineup.ts'
import { ours } from './runners/ours.ts'

export async function bench({ runs = 15 } = {}): Promise<Row[]> {
  const others = peers('hereby', 'wireit', 'vite-plus', 'turbo', 'nx', 'just', 'make', 'ninja')
  using lineup = new Lineup(
    [ours, node, floors.commands, ...others],
    wide(1, name => ['touch', `out/${name}`]),
  )
  await lineup.each(async workspace => {
    await workspace.time(workspace.runner.run('t0'))
    if (workspace.runner !== node && countOutputs(workspace.directory) !== 1)
      throw new Error('did not run it')
    workspace.declare(wide(1, () => ['true']))
    for (let i = 0; i < 2; i++) await workspace.time(workspace.runner.run('t0')) // fills the compile caches
  })
  return await lineup.race({
    ...{ name: 'run 1 task', runs, fewer: { turbo: 5, nx: 5 } },
    turn: workspace => workspace.time(workspace.runner.run('t0')),
    goals: {
      [node.name]: ratioUpTo(2),
      ...{ hereby: ahead, wireit: ahead, 'vite-plus': ahead, turbo: ahead, nx: ahead },
    },
  })
}

await printIfMain(import.meta, bench)
