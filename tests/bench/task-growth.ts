/**
 * What a task costs, in time and in memory above a run of the fewest of the same kind, where there are 100, 1,000, 5,000
 * and 10,000 of them: in-process tasks, and tasks with a file that are up to date. Beside the cost at 5,000, for it should be
 * the same.
 *
 *     node tests/bench/task-growth.ts
 */
import { type Goal, ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { checkCopies, writeInputs, youngestOutput } from './runners/files.ts'
import { all, type Graph, layered, wide } from './runners/graph.ts'
import { ours } from './runners/ours.ts'
import { Workspace } from './runners/workspace.ts'

const base = 5_000
const counts = [100, 1_000, base, 10_000]
/**
 * Twice as many tasks cost no more each: what grew with the square would cost twice. Smaller graphs are too near to the noise
 * to judge by, for V8 takes its memory a mebibyte at a time, which is as much as 500 tasks that are up to date.
 */
const linear: Readonly<Record<number, Goal>> = { 10000: ratioUpTo(1.2) }
const run = ours.run(all)

export async function bench({ runs = 5 } = {}): Promise<Row[]> {
  return [
    ...(await measure('in-process', count => wide(count), { fewest: 1, runs })),
    // One for each layer. What is up to date is found so by another program.
    ...(await measure('up to date', layered, { fewest: 10, runs })),
  ]
}

async function measure(
  name: string,
  graphOf: (count: number) => Graph,
  { fewest, runs }: { fewest: number; runs: number },
): Promise<Row[]> {
  using stack = new DisposableStack()
  const least = await prepared(stack, graphOf(fewest))
  const costs: { count: number; ms: number; kibibytes: number }[] = []
  for (const count of counts) {
    const workspace = await prepared(stack, graphOf(count))
    const filled = youngestOutput(workspace.directory)
    const times: number[] = []
    const mebibytes: number[] = []
    for (let i = 0; i < runs; i++) {
      const shortest = await least.time(run)
      times.push(((await workspace.time(run)) - shortest) / (count - fewest))
      const smallest = await least.peakMemory(run)
      mebibytes.push(((await workspace.peakMemory(run)) - smallest) / (count - fewest))
    }
    if (youngestOutput(workspace.directory) > filled) throw new Error('ran a task that was up to date')
    costs.push({ count, ms: median(times), kibibytes: median(mebibytes) * 1024 })
  }
  const middle = costs.find(({ count }) => count === base)
  return costs.flatMap(({ count, ms, kibibytes }) => {
    const what = `${count.toLocaleString('en')} ${name}`
    return [
      row(`time, ${what}`, ms, middle?.ms, 'ms/task', linear[count]),
      row(`memory, ${what}`, kibibytes, middle?.kibibytes, 'KiB/task', linear[count]),
    ]
  })
}

/** With the first runs done: they fill the compile cache, and make what is up to date from then on. */
async function prepared(stack: DisposableStack, graph: Graph): Promise<Workspace> {
  const workspace = stack.use(new Workspace(ours, graph, directory => writeInputs(directory, graph)))
  for (let i = 0; i < 2; i++) await workspace.time(run)
  checkCopies(workspace.directory, graph)
  return workspace
}

function row(name: string, figure: number, peer = Number.NaN, unit: string, goal?: Goal): Row {
  const ratio = figure / peer
  return {
    ...{ name, beside: 'at 5,000', ours: figure, peer, unit, ratio, goal: goal?.text ?? '' },
    ...(goal && { met: goal.isMet({ ours: figure, ratio }) }),
  }
}

await printIfMain(import.meta, bench)
