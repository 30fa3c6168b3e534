import t from 'tap'
import { pastRuns } from '../../../../tasks/engine/memory/history.ts'
import { Memory } from '../../../../tasks/engine/memory/memory.ts'
import { task } from '../../../../tasks/engine/task.ts'
import { Workshop } from '../freshness/workshop.ts'
import { randomNumbers } from '../random-graph.ts'

/** A clock that shows another time each time it is looked at, by up to a day. */
function jumping(seed: number): () => number {
  const random = randomNumbers(seed)
  return () => Date.now() + (random() - 0.5) * 2 * 86_400_000
}

t.test('a clock that jumps: no time is negative, and nothing is trusted wrongly', async t => {
  const shop = new Workshop(t)
  const copy = task({
    describe: 'Copy',
    inputs: ['in.txt'],
    outputs: ['out.txt'],
    retries: { times: 1, delay: 1 },
    run: () => shop.write('out.txt', shop.read('in.txt') ?? ''),
  })
  const use = task({ describe: 'Use', needs: { copy }, run: () => shop.read('out.txt') })
  for (let i = 0; i < 30; i++) {
    shop.write('in.txt', String(100 + (i % 7)))
    const { events, of } = await shop.run({ copy, use }, ['use'], { now: jumping(i) })
    t.equal(of('use'), String(100 + (i % 7)))
    for (const event of events)
      if ('durationMs' in event) t.ok(event.durationMs >= 0, `${event.type} after ${event.durationMs} ms`)
  }
  using memory = new Memory({ path: shop.database, taskfile: 'Taskfile.ts', now: Date.now })
  const runs = pastRuns(memory)
  t.equal(runs.length, 30)
  for (const { durationMs = -1 } of runs) t.ok(durationMs >= 0)
  for (const ms of memory.durations(['copy', 'use']).values()) t.ok(ms >= 0)
})

t.test(
  'a clock that is set back by a year: the newest run is the one that came last, and it is kept',
  async t => {
    const shop = new Workshop(t)
    const fail = task({
      describe: 'x',
      run: () => {
        throw new Error('no')
      },
    })
    const fine = task({ describe: 'x', run: () => {} })
    const tasks = { fail, fine }
    for (let i = 0; i < 101; i++) await shop.run(tasks, ['fine'])
    await shop.run(tasks, ['fail'], { now: () => Date.now() - 365 * 86_400_000 })
    using memory = new Memory({ path: shop.database, taskfile: 'Taskfile.ts', now: Date.now })
    const runs = pastRuns(memory)
    t.equal(runs.length, 100)
    t.equal(runs[0]?.outcome, 'failed')
    t.same(
      (await shop.run(tasks, ['fine'])).events.filter(event => event.type === 'run-trouble'),
      [],
    )
  },
)

t.test('a file of the future is read each time, and its edits are seen', async t => {
  const { utimesSync } = await import('node:fs')
  const shop = new Workshop(t)
  const look = task({ describe: 'x', inputs: ['in.txt'], run: () => shop.read('in.txt') })
  const future = new Date(Date.now() + 86_400_000)
  for (const text of ['one', 'two', 'six']) {
    shop.write('in.txt', text)
    utimesSync(shop.at('in.txt'), future, future)
    t.equal((await shop.run({ look }, ['look'])).of('look'), text)
    t.same((await shop.run({ look }, ['look'])).upToDate, ['look'])
  }
})
