/**
 * How long a user waits for `task --list`: of this project, and of 1,000 tasks. Against the least that Node can take,
 * `node -e 0` on the same Node, and against other runners.
 *
 *     node tests/bench/task-list.ts
 */
import { ahead, ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { peers } from './runners/available.ts'
import { node } from './runners/floor.ts'
import { type Graph, wide } from './runners/graph.ts'
import { Lineup } from './runners/lineup.ts'
import { ours } from './runners/ours.ts'
import type { Runner } from './runners/runner.ts'
import type { Workspace } from './runners/workspace.ts'
import { sourceRoot } from './source-root.ts'

const count = 1_000

/** Ours, with the Taskfile of this project. */
const own: Runner = {
  ...ours,
  declare() {},
  list: () => ({ ...ours.run(''), args: ['--taskfile', `${sourceRoot}/Taskfile.ts`, '--list'] }),
}

export async function bench({ runs = 15 } = {}): Promise<Row[]> {
  const others = peers('turbo', 'hereby', 'vite-plus', 'nx', 'just', 'ninja')
  const graph = wide(count, () => ['true'])
  return [
    ...(await measure('task --list', [own, node], [], 'bootstrap', runs)),
    ...(await measure('list 1,000 tasks', [ours, node, ...others], graph, `t${count - 1}`, runs)),
  ]
}

async function measure(
  name: string,
  runners: ConstructorParameters<typeof Lineup>[0],
  graph: Graph,
  word: string,
  runs: number,
): Promise<Row[]> {
  using lineup = new Lineup(runners, graph)
  const list = async (workspace: Workspace): Promise<number> => {
    const { runner } = workspace
    if (runner.list === undefined) throw new Error('cannot list')
    const took = await workspace.time(runner.list())
    if (runner !== node && !workspace.output.includes(word)) throw new Error(`did not list ${word}`)
    return took
  }
  for (let i = 0; i < 2; i++) await lineup.each(list) // fills the compile caches
  return await lineup.race({
    ...{ name, runs, fewer: { nx: 5 }, turn: list },
    goals: { [node.name]: ratioUpTo(2.5), turbo: ahead },
  })
}

await printIfMain(import.meta, bench)
