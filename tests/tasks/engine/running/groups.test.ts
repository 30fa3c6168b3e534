import t from 'tap'
import { service } from '../../../../tasks/engine/service.ts'
import { type Concurrency, task } from '../../../../tasks/engine/task.ts'
import { run } from '../rig.ts'

function crowd(concurrency: Concurrency, count: number) {
  const seen = { now: 0, most: 0 }
  const tasks = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `t${i}`,
      task({
        describe: 'x',
        concurrency,
        run: async () => {
          seen.most = Math.max(seen.most, ++seen.now)
          await new Promise(setImmediate)
          seen.now--
        },
      }),
    ]),
  )
  return { seen, tasks }
}

t.test('never more of a group than its limit at once, and others are not held up', async t => {
  const two = crowd({ group: 'two', limit: 2 }, 10)
  const one = crowd('one', 6)
  const free = crowd({ group: 'free', limit: 100 }, 4)
  const tasks = {
    ...Object.fromEntries(Object.entries(one.tasks).map(([name, task]) => [`one-${name}`, task])),
    ...Object.fromEntries(Object.entries(free.tasks).map(([name, task]) => [`free-${name}`, task])),
    ...two.tasks,
  }
  const { result } = await run(tasks, Object.keys(tasks), { jobs: 16 })
  t.equal(result.outcome, 'succeeded')
  t.same([one.seen.most, two.seen.most, free.seen.most], [1, 2, 4])
})

t.test('limits that differ, and those that are none, are refused', async t => {
  const of = (concurrency: Concurrency) => task({ describe: 'x', concurrency, run: () => t.fail('ran') })
  await t.rejects(run({ a: of({ group: 'g', limit: 2 }), b: of('g') }, ['a', 'b']), {
    name: 'UserError',
    message: '"a" lets 2 of the concurrency group "g" run at once, "b" 1',
  })
  for (const limit of [0, -1, 1.5, Number.NaN])
    await t.rejects(run({ a: of({ group: 'g', limit }) }, ['a']), {
      name: 'UserError',
      message: /has no usable limit/,
    })
})

t.test('a failed task gives its place back', async t => {
  const concurrency = 'one'
  const bad = task({
    describe: 'x',
    concurrency,
    run: () => {
      throw new Error('no')
    },
  })
  const good = task({ describe: 'x', concurrency, run: () => 'done' })
  const { result } = await run({ bad, good }, ['bad', 'good'], { keepGoing: true })
  t.match(result.states.get('good'), { kind: 'succeeded' })
})

t.test('a task in the group of a service that it needs could never start: refused', async t => {
  const server = service({
    describe: 'x',
    concurrency: 'port',
    ready: { check: () => true },
    run: () => t.fail('ran'),
  })
  const test = task({ describe: 'x', concurrency: 'port', needs: { server }, run: () => {} })
  await t.rejects(run({ server, test }, ['test']), {
    name: 'UserError',
    message: /"test" needs the service "server", which holds the concurrency group "port"/,
  })
})

t.test('one that has its result already takes no place, and holds up nobody who waits for one', async t => {
  const { seen, tasks } = crowd('one', 6)
  const resumed = new Map(['t1', 't2', 't4'].map(name => [name, { result: undefined }]))
  const { result, story } = await run(tasks, Object.keys(tasks), { jobs: 8, resumed })
  t.equal(result.outcome, 'succeeded')
  t.equal(seen.most, 1)
  t.equal(story.filter(line => line.startsWith('task-started')).length, 3)
  t.same(
    [...result.states.values()].map(({ kind }) => kind),
    Object.keys(tasks).map(() => 'succeeded'),
  )
})
