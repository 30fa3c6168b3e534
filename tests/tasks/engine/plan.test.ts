import t from 'tap'
import { resolveGraph } from '../../../tasks/engine/graph.ts'
import { makePlan } from '../../../tasks/engine/plan.ts'
import { type Needs, type Task, task } from '../../../tasks/engine/task.ts'
import { readTaskfile } from '../../../tasks/engine/taskfile.ts'

const make = (needs: Needs | (() => Needs) = {}): Task => task({ describe: 'a task', needs, run: () => {} })

function plan(tasks: Record<string, unknown>, ...targets: string[]) {
  const graph = resolveGraph(readTaskfile('Taskfile.ts', tasks))
  return makePlan(
    graph,
    targets.map(name => ({ name, words: [], rest: [] })),
  )
}
const order = (...all: Parameters<typeof plan>) => plan(...all).steps.map(step => step.name)

t.test('what is needed comes first, in the order of the needs; what is not needed does not come', async t => {
  const a = make()
  const b = make({ a })
  const c = make({ a })
  const d = make({ b, c })
  t.same(order({ d, c, b, a, e: make() }, 'd'), ['a', 'b', 'c', 'd'])
  t.same(order({ d, c, b, a }, 'c', 'd', 'c'), ['a', 'c', 'b', 'd'])
  t.same(order({ d, c, b, a }), [])
})

t.test('a hidden task is named by its key, and by its parent where the name is taken', async t => {
  const one = make()
  const two = make()
  const three = make()
  const a = make({ settings: one })
  const b = make({ settings: two })
  const c = make({ a: three, b })
  t.same(order({ a, b, c }, 'a', 'b', 'c'), ['settings', 'a', 'b:settings', 'b', 'c:a', 'c'])
  t.same(order({ a, b, c }, 'b:settings'), ['b:settings'], 'and can be asked for')
})

t.test('a task under two keys is one task, called by the first', async t => {
  const a = make()
  const { steps, targets } = plan({ a, alias: a, b: make({ first: 'alias', second: a }) }, 'alias', 'b', 'a')
  t.same(
    steps.map(({ name, needs }) => [name, needs]),
    [
      ['a', []],
      [
        'b',
        [
          { key: 'first', name: 'a' },
          { key: 'second', name: 'a' },
        ],
      ],
    ],
  )
  t.same(targets, ['a', 'b'])
})

t.test('a cycle shows its path', async t => {
  const a = make(() => ({ b }))
  const b = make(() => ({ c }))
  const c = make(() => ({ a }))
  const self = make({ self: 'self' })
  t.throws(() => plan({ top: make({ a }), a, b, c }, 'top'), {
    name: 'UserError',
    message: 'tasks that need each other: a → b → c → a',
  })
  t.throws(() => plan({ self }, 'self'), { message: 'tasks that need each other: self → self' })
  t.same(order({ self, other: make() }, 'other'), ['other'], 'it matters only to those who plan it')
})

t.test('an unknown name shows the path to it, and the nearest name', async t => {
  const services = make({ start: 'bootsrap' })
  const tasks = { up: make({ services }), services, bootstrap: make() }
  t.throws(() => plan(tasks, 'up'), {
    name: 'UserError',
    message: 'unknown task "bootsrap", needed by up → services → bootsrap',
    fix: 'did you mean "bootstrap"?',
  })
  t.throws(() => plan(tasks, 'servces'), {
    message: 'unknown task "servces"',
    fix: 'did you mean "services"?',
  })
  t.throws(() => plan(tasks, 'xyz'), { message: 'unknown task "xyz"', fix: 'see task --list' })
})

t.test('a chain of 20,000 needs', async t => {
  const tasks: Record<string, Task> = { t0: make() }
  for (let i = 1; i < 20_000; i++) tasks[`t${i}`] = make({ before: `t${i - 1}` })
  t.equal(order(tasks, 't19999').length, 20_000)
})

const a = make()
const faults: { name: string; exported: unknown; message: RegExp; fix?: RegExp }[] = [
  { name: 'no default export', exported: undefined, message: /^Taskfile.ts has no default export$/ },
  { name: 'null', exported: null, message: /is null, not an object of tasks/ },
  { name: 'a function', exported: () => {}, message: /is a function, not an object of tasks/ },
  { name: 'an array', exported: [a], message: /is an array/ },
  { name: 'one task', exported: a, message: /is one task, without a name/ },
  {
    name: 'a value that is no task',
    exported: { a, b: 42 },
    message: /^Taskfile.ts: "b" is a number, not a task$/,
  },
  {
    name: 'an object that is no task',
    exported: { b: { describe: 'x', run() {} } },
    message: /"b" is an object/,
  },
  {
    name: 'a reserved name',
    exported: { cache: a },
    message: /"cache" is a word of the task command itself/,
  },
  { name: 'a name with spaces', exported: { 'a b': a }, message: /"a b" is no task name/ },
  { name: 'a name like a flag', exported: { '--list': a }, message: /"--list" is no task name/ },
  { name: 'an empty name', exported: { '': a }, message: /"" is no task name/ },
  { name: 'colons without words', exported: { 'db:': a }, message: /"db:" is no task name/ },
]
for (const { name, exported, message } of faults) {
  t.test(`a Taskfile with ${name}`, async t => {
    t.throws(() => readTaskfile('Taskfile.ts', exported), { name: 'UserError', message })
  })
}
t.doesNotThrow(() => readTaskfile('Taskfile.ts', { 'db:upgrade': a, 'a.b-c_d:1': a, a }))

t.test('needs that are none', async t => {
  const later: Task | undefined = undefined
  // A forward reference without a function is undefined at run time, whatever its type says.
  const wrong = (needs: unknown) => ({
    x: task({ describe: 'x', needs: () => Object(needs), run: () => {} }),
  })
  t.throws(() => plan(wrong({ later })), {
    message: 'Taskfile.ts: the need "later" of "x" is undefined, not a task',
    fix: /needs: \(\) => \(\{ later \}\)/,
  })
  t.throws(() => plan(wrong({ port: 1 })), { message: /the need "port" of "x" is a number/ })
  t.throws(() => plan(wrong({ 'a b': a })), { message: /a need of "x": "a b" is no task name/ })
  const throwing = make(() => {
    throw new ReferenceError('y is not defined')
  })
  t.throws(() => plan({ throwing }), {
    message: /the needs of "throwing" cannot be read: ReferenceError: y is not/,
  })
})

t.test('words and what follows -- stay with the task that was named', async t => {
  const need = make()
  const graph = resolveGraph(readTaskfile('Taskfile.ts', { a: make({ need }) }))
  const { steps } = makePlan(graph, [{ name: 'a', words: ['--fast'], rest: ['x'] }])
  t.match(steps, [
    { name: 'need', words: [], rest: [], params: {} },
    { name: 'a', words: ['--fast'], rest: ['x'], params: {} },
  ])
})
