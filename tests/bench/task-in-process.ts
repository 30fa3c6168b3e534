/**
 * What a task costs that runs in the process of the runner and does nothing: 1,000 of them, above a run of one. The start,
 * which is the same for both, is not in the figure; reading the longer Taskfile is.
 *
 *     node tests/bench/task-in-process.ts
 */
import { upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { peers } from './runners/available.ts'
import { all, wide } from './runners/graph.ts'
import { Lineup } from './runners/lineup.ts'
import { ours } from './runners/ours.ts'
import { Workspace } from './runners/workspace.ts'

const count = 1_000

export async function bench({ runs = 11 } = {}): Promise<Row[]> {
  using workspaces = new DisposableStack()
  const empty = new Map<string, Workspace>()
  using lineup = new Lineup([ours, ...peers('hereby')], wide(count))
  await lineup.each(async workspace => {
    const { runner } = workspace
    empty.set(runner.name, workspaces.use(new Workspace(runner, wide(1))))
    for (let i = 0; i < 2; i++) {
      await workspace.time(runner.run(all))
      await empty.get(runner.name)?.time(runner.run(all))
    }
  })
  return await lineup.race({
    name: '1,000 in-process tasks',
    ...{ runs, unit: 'ms/task' },
    turn: async workspace => {
      const call = workspace.runner.run(all)
      const least = (await empty.get(workspace.runner.name)?.time(call)) ?? 0
      const took = await workspace.time(call)
      const last = `t${count - 1}`
      if (!workspace.output.includes(last)) throw new Error(`said nothing of ${last}`)
      return (took - least) / (count - 1)
    },
    goals: { hereby: upTo(0.2, 'ms/task') },
  })
}

await printIfMain(import.meta, bench)
