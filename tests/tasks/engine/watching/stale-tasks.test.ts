import t from 'tap'
import type { Plan } from '../../../../tasks/engine/plan.ts'
import { tasksTouchedBy, withDependents } from '../../../../tasks/engine/watching/stale-tasks.ts'

function planOf(needs: Readonly<Record<string, readonly string[]>>): Plan {
  const steps = Object.entries(needs).map(([name, names]) => ({
    name,
    describe: name,
    needs: names.map(need => ({ key: need, name: need })),
    words: [],
    rest: [],
    params: {},
  }))
  return { targets: [], steps }
}

t.test('what is stale is stale with all that need it', async t => {
  const plan = planOf({ a: [], b: ['a'], c: ['b'], d: ['a', 'c'], e: [] })
  const cases: [touched: string[], stale: string[]][] = [
    [[], []],
    [['e'], ['e']],
    [['d'], ['d']],
    [['b'], ['b', 'c', 'd']],
    [
      ['c', 'e'],
      ['c', 'd', 'e'],
    ],
    [['a'], ['a', 'b', 'c', 'd']],
  ]
  for (const [touched, stale] of cases) t.same(withDependents(plan, touched), stale, touched.join())
})

t.test('a change concerns the tasks that were judged before it', async t => {
  // `makes` makes out.txt, which `uses` reads, as `both` does, and changes; `late` has not begun.
  const inputs: Readonly<Record<string, readonly string[]>> = {
    'in.txt': ['makes', 'both', 'late'],
    'out.txt': ['uses'],
    'both.txt': ['both', 'uses'],
  }
  const state = {
    turns: new Map([
      ['makes', { began: 1000, ended: 2000 }],
      ['both', { began: 1500, ended: undefined }],
      ['uses', { began: 2001, ended: undefined }],
    ]),
    owners: [
      { task: 'makes', makes: (path: string) => path === 'out.txt' },
      { task: 'both', makes: (path: string) => path === 'both.txt' },
    ],
    tasksOf: (path: string) => inputs[path] ?? [],
  }
  const gone = { removed: true }
  const cases: {
    what: string
    path: string
    at: number
    removed?: boolean
    idle?: true
    touched: readonly string[]
  }[] = [
    { what: 'before all', path: 'in.txt', at: 900, touched: [] },
    { what: 'after the first has begun', path: 'in.txt', at: 1200, touched: ['makes'] },
    { what: 'when both have', path: 'in.txt', at: 1600, touched: ['makes', 'both'] },
    { what: 'within the step of the clock', path: 'in.txt', at: 995, touched: ['makes'] },
    { what: 'made before it was read', path: 'out.txt', at: 1999, touched: [] },
    { what: 'changed after it was read', path: 'out.txt', at: 2500, touched: ['uses'] },
    { what: 'made for itself and for another', path: 'both.txt', at: 1900, touched: ['both'] },
    { what: 'an input removed', path: 'in.txt', at: 1600, ...gone, touched: ['makes', 'both'] },
    { what: 'an output removed during the run', path: 'out.txt', at: 2500, ...gone, touched: [] },
    { what: 'and after it', path: 'out.txt', at: 9000, ...gone, idle: true, touched: ['uses'] },
    {
      what: 'a task that the run has not come to',
      path: 'in.txt',
      at: 9000,
      idle: true,
      touched: ['makes', 'both', 'late'],
    },
    { what: 'no input', path: 'else.txt', at: 9000, touched: [] },
  ]
  for (const { what, path, at, removed = false, idle = false, touched } of cases)
    t.same(tasksTouchedBy({ path, at, removed }, { ...state, inRun: !idle }), touched, what)
})
