/**
 * Two jobs, tasks that sleep, and a way through the graph that takes 1.6 s: as long as the whole run where it starts first;
 * in the order in which the tasks are written it takes 2.4 s. The second run, for durations are known then.
 *
 *     node tests/bench/task-critical-path.ts
 */
import { upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { type PeerName, peers } from './runners/available.ts'
import { all, type Graph, longChain, longTask } from './runners/graph.ts'
import { Lineup } from './runners/lineup.ts'
import { ours } from './runners/ours.ts'
import type { Runner } from './runners/runner.ts'

const idealMs = 1_600

/** A runner that loses no time at all. */
const ideal: Runner = {
  name: 'ideal',
  version: '',
  declare() {},
  run: () => ({ file: 'sleep', args: [`${idealMs / 1_000}`] }),
}

export async function bench({ runs = 2 } = {}): Promise<Row[]> {
  return [
    ...(await measure('critical path, a chain', longChain, runs, [
      'nx',
      'turbo',
      'wireit',
      'vite-plus',
      'make',
      'ninja',
    ])),
    ...(await measure('critical path, one long task', longTask, runs, ['nx', 'ninja'])),
  ]
}

async function measure(name: string, graph: Graph, runs: number, others: PeerName[]): Promise<Row[]> {
  using lineup = new Lineup([ours, ideal, ...peers(...others)], graph)
  await lineup.each(workspace => workspace.time(workspace.runner.run(all)))
  return await lineup.race({
    ...{ name, runs },
    turn: async workspace => {
      const took = await workspace.time(workspace.runner.run(all))
      if (took < idealMs) throw new Error(`took ${took} ms: not all of it ran`)
      return took
    },
    goals: { ideal: upTo(1_750, 'ms') },
  })
}

await printIfMain(import.meta, bench)
