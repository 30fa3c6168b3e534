import t from 'tap'
import { type Task, task } from '../../../tasks/engine/task.ts'
import { type RandomGraph, randomGraph } from './random-graph.ts'
import { run } from './rig.ts'

const graphs = Number(process.env.RANDOM_GRAPHS ?? 500)
const firstSeed = Number(process.env.SEED ?? 1)

/** Runs a random graph and returns what is wrong with what happened; nothing, one hopes. */
async function faults(graph: RandomGraph): Promise<string[]> {
  const found: string[] = []
  const order: string[] = []
  const done = new Set<string>()
  let active = 0
  const tasks: Record<string, Task> = {}
  for (const [name, needs] of graph.needs) {
    // Half of the needs by value, half by name.
    const declared = Object.fromEntries(
      needs.map((need, i) => [need, i % 2 === 0 ? (tasks[need] ?? need) : need]),
    )
    tasks[name] = task({
      describe: name,
      needs: declared,
      run: async (results: Readonly<Record<string, unknown>>) => {
        order.push(name)
        if (++active > graph.jobs) found.push(`${active} tasks at once with ${graph.jobs} jobs`)
        for (const need of needs) {
          if (!done.has(need)) found.push(`${name} ran before ${need}`)
          if (results[need] !== `result of ${need}`)
            found.push(`${name} got ${String(results[need])} for ${need}`)
        }
        for (let i = name.length % 3; i > 0; i--) await null
        active--
        if (graph.failing.has(name)) throw new Error(name)
        done.add(name)
        return `result of ${name}`
      },
    })
  }
  const { plan, result, story } = await run(tasks, graph.targets, { jobs: graph.jobs })
  const planned = plan.steps.map(step => step.name)
  if (new Set(order).size !== order.length) found.push(`a task ran twice: ${order}`)
  const reachable = closure(graph)
  if (planned.toSorted().join() !== [...reachable].toSorted().join()) found.push(`planned ${planned}`)
  if (result.outcome === 'succeeded') {
    const same =
      graph.jobs === 1
        ? order.join() === planned.join()
        : order.toSorted().join() === planned.toSorted().join()
    if (!same) found.push(`planned ${planned}, ran ${order}`)
  }
  const shouldFail = [...reachable].some(name => graph.failing.has(name))
  if ((result.outcome === 'failed') !== shouldFail) found.push(`outcome ${result.outcome}`)
  for (const name of planned) {
    const ends = story.filter(
      line => /^task-(succeeded|failed|aborted|skipped) /.test(line) && line.endsWith(` ${name}`),
    )
    if (ends.length !== 1) found.push(`${name} ended ${ends.length} times`)
  }
  return found
}

function closure({ needs, targets }: RandomGraph): Set<string> {
  const reached = new Set(targets)
  for (const name of reached) for (const need of needs.get(name) ?? []) reached.add(need)
  return reached
}

t.test(`${graphs} random graphs: at most once, never before its needs, the plan is what ran`, async t => {
  for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
    const found = await faults(randomGraph(seed))
    if (found.length > 0) t.fail(`SEED=${seed} RANDOM_GRAPHS=1: ${found.join('; ')}`)
  }
  t.pass('all hold')
})
