/**
 * What it costs to run commands that do nothing: many that do not know of each other, and a chain. Against a bare program
 * that spawns the same, two at once, and against other runners.
 *
 *     node tests/bench/task-commands.ts
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Goal, ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'
import { type Peer, peers } from './runners/available.ts'
import { countOutputs } from './runners/files.ts'
import { floors } from './runners/floor.ts'
import { all, type CommandOf, chain, type Graph, wide } from './runners/graph.ts'
import { Lineup } from './runners/lineup.ts'
import { ours } from './runners/ours.ts'
import type { Runner } from './runners/runner.ts'
import { turbo } from './runners/turbo.ts'

interface Commands {
  readonly name: string
  readonly count: number
  readonly runs: number
  readonly graph: (argv: CommandOf) => Graph
  readonly floor: Runner
  readonly others: readonly Peer[]
  readonly goals: Readonly<Record<string, Goal>>
}

export async function bench({ runs = 7 } = {}): Promise<Row[]> {
  const others = peers('hereby', 'vite-plus', 'wireit', 'nx', 'just', 'make', 'ninja')
  const slow = peers('turbo')
  return [
    ...(await measure({
      name: '100 commands, wide',
      ...{ count: 100, runs, graph: argv => wide(100, argv), floor: floors.commands },
      others: [...others, ...slow],
      goals: { floor: ratioUpTo(1.3) },
    })),
    ...(await measure({
      name: '100 commands, in a chain',
      ...{ count: 100, runs, graph: argv => chain(100, argv), floor: floors.chain },
      others: [...others, ...slow],
      goals: { floor: ratioUpTo(1.3) },
    })),
    ...(await measure({
      name: '1,000 commands, wide',
      ...{ count: 1_000, runs: Math.min(runs, 3), graph: argv => wide(1_000, argv), floor: floors.commands },
      others: [...others, { name: 'turbo', missing: 'left out, for it takes 80 s' }],
      goals: { floor: ratioUpTo(1.2) },
    })),
  ]
}

async function measure({ name, count, runs, graph, floor, others, goals }: Commands): Promise<Row[]> {
  using lineup = new Lineup(
    [ours, floor, ...others],
    graph(task => ['touch', `out/${task}`]),
  )
  // That all of them run each command is seen once, with commands that leave something behind.
  await lineup.each(async workspace => {
    await workspace.time((workspace.runner.fill ?? workspace.runner.run)(all))
    const ran = countOutputs(workspace.directory)
    if (ran !== count) throw new Error(`ran ${ran} of ${count} commands`)
    rmSync(join(workspace.directory, 'out'), { recursive: true })
    workspace.declare(graph(() => ['true']))
    if (workspace.runner !== turbo) await workspace.time(workspace.runner.run(all))
  })
  return await lineup.race({
    ...{ name, runs, goals, fewer: { turbo: 1, wireit: 3, nx: 3 } },
    turn: workspace => workspace.time(workspace.runner.run(all)),
  })
}

await printIfMain(import.meta, bench)
