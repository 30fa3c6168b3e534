import { symlinkSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { type Task, task } from '../../../../tasks/engine/task.ts'
import { Workshop } from './workshop.ts'

/** Enough tasks that they are settled together; each needs the one before. */
const count = 80

class Shop extends Workshop {
  readonly tasks: Record<string, Task> = {}
  /** The name of a task that fails, for a reason that it does not declare. */
  broken = ''

  /** Until all is settled: what was written a moment ago is not trusted. */
  async settle(): Promise<void> {
    await this.runAll()
    await delay(30)
    await this.runAll()
    await this.runAll()
  }

  async runAll() {
    return this.run(this.tasks, ['all'])
  }
}

function shopOf(t: ConstructorParameters<typeof Workshop>[0]): Shop {
  const shop = new Shop(t)
  for (let i = 0; i < count; i++) {
    const [from, to] = [`in/${i}.txt`, `out/${i}.txt`]
    shop.write(from, `${i}`)
    shop.tasks[`t${i}`] = task({
      describe: 'Copies',
      needs: i % 10 === 0 ? {} : { [`t${i - 1}`]: shop.tasks[`t${i - 1}`] as Task },
      inputs: [from],
      outputs: [to],
      run: () => {
        if (shop.broken === `t${i}`) throw new Error('broken')
        shop.write(to, shop.read(from) ?? '')
        return shop.read(from)
      },
    })
  }
  shop.tasks.all = task({
    describe: 'All',
    needs: { ...shop.tasks },
    run: results => Object.values(results).join(' '),
  })
  return shop
}

t.test('what has not changed is settled before anything runs, and hands on its result', async t => {
  const shop = shopOf(t)
  await shop.settle()
  const ran = await shop.runAll()
  t.equal(ran.settled.size, count)
  t.same(ran.ran, ['all'])
  t.equal(ran.upToDate.length, count)
  t.equal(ran.of('all'), Array.from({ length: count }, (_, i) => i).join(' '))
})

t.test('an edit unsettles its task and what needs that; the others stay settled', async t => {
  const shop = shopOf(t)
  await shop.settle()
  shop.write('in/77.txt', 'edited')
  const ran = await shop.runAll()
  t.same(ran.ran, ['t77', 't78', 'all'], 'what comes of t78 is as it was')
  t.equal(ran.settled.size, count - 3)
  t.match(ran.of('all'), /76 edited 78/)
  await delay(30)
  t.same((await shop.runAll()).ran, ['all'])
  const again = await shop.runAll()
  t.same(again.ran, ['all'])
  t.equal(again.settled.size, count, 'kept anew, for they are many')
})

t.test('one of many that changes again and again is judged by its own record', async t => {
  const shop = shopOf(t)
  await shop.settle()
  for (const text of ['one', 'two', 'three']) {
    shop.write('in/79.txt', text)
    const ran = await shop.runAll()
    t.same(ran.ran, ['t79', 'all'], text)
    t.equal(ran.settled.size, count - 1)
  }
  await delay(30)
  const ran = await shop.runAll()
  t.same([ran.ran, ran.settled.size], [['all'], count - 1])
})

t.test('the names of those that change again and again are kept once', async t => {
  const shop = shopOf(t)
  await shop.settle()
  for (let i = 0; i < 4; i++) {
    shop.write('in/79.txt', `round ${i}`)
    await shop.runAll()
    shop.write('in/69.txt', `round ${i}`)
    await shop.run(shop.tasks, ['t69'])
  }
  using database = new DatabaseSync(shop.database)
  const [row] = database.prepare('select names from struck').all()
  const names = String(row?.names).split('\n').filter(Boolean)
  t.same(names, [...new Set(names)])
  // Where each run settles, the last one has kept all anew.
  if (shop.settlesFrom === undefined) t.same(names.sort(), ['t69', 't79'])
})

t.test('an output that changed, and one that is gone, are seen', async t => {
  const shop = shopOf(t)
  await shop.settle()
  shop.write('out/79.txt', 'other')
  t.same((await shop.runAll()).restored, ['t79'])
  shop.remove('out/9.txt')
  t.same((await shop.runAll()).restored, ['t9'])
})

t.test('a run of one task unsettles that one alone', async t => {
  const shop = shopOf(t)
  await shop.settle()
  shop.write('in/0.txt', 'edited')
  t.same((await shop.run(shop.tasks, ['t0'])).ran, ['t0'])
  const ran = await shop.runAll()
  t.same(ran.ran, ['t1', 'all'], 'which had not run yet with what it needs')
  t.equal(ran.settled.size, count - 10)
})

t.test('a task that began to run, and did not succeed, is not settled any more', async t => {
  const shop = shopOf(t)
  await shop.settle()
  shop.broken = 't0'
  t.equal((await shop.run(shop.tasks, ['t0'], { force: true })).result.outcome, 'failed')
  shop.broken = ''
  const ran = await shop.runAll()
  t.same(ran.why('t0'), [{ kind: 'unfinished' }])
  t.equal(ran.settled.size, count - 10, 'nor what needs it')
})

t.test('a task whose result is a secret is not settled', async t => {
  const shop = shopOf(t)
  shop.tasks.secret = task({ describe: 'Says', inputs: ['in/1.txt'], run: () => 'secret' })
  const words = ['all', 'secret']
  await shop.settle()
  await shop.run(shop.tasks, words)
  await shop.run(shop.tasks, words, { force: true, holdsSecret: value => value === 'secret' })
  await delay(30)
  t.same((await shop.run(shop.tasks, words)).why('secret'), [{ kind: 'unfinished' }])
})

t.test('what needs a task that another run has changed is not settled', async t => {
  const shop = shopOf(t)
  await shop.settle()
  for (const i of [8, 18, 28]) shop.write(`in/${i}.txt`, 'edited')
  const inFront = Array.from({ length: 8 }, (_, i) => `t${10 * i + 8}`)
  t.same((await shop.run(shop.tasks, inFront)).ran, ['t8', 't18', 't28'])
  t.same((await shop.runAll()).ran, ['t9', 't19', 't29', 'all'])
})

t.test('where another process has changed a record, nothing is settled', async t => {
  const shop = shopOf(t)
  await shop.settle()
  using database = new DatabaseSync(shop.database)
  database.exec("update tasks set valid = 0 where name = 't5'")
  const ran = await shop.runAll()
  t.equal(ran.settled.size, 0)
  t.match(ran.why('t5'), [{ kind: 'unfinished' }])
  await shop.settle()
  t.equal((await shop.runAll()).settled.size, count, 'and then it is kept anew')
})

t.test('another process that changes a record during a run: what this one knows is not kept', async t => {
  const shop = shopOf(t)
  await shop.settle()
  using database = new DatabaseSync(shop.database)
  for (let i = 0; i < 20; i++) shop.write(`in/${i}.txt`, 'edited')
  const ran = await shop.run(shop.tasks, ['all'], {
    onEvent: event => {
      if (event.type === 'task-succeeded' && event.name === 't19')
        database.exec("update tasks set valid = 0 where name = 't70'")
    },
  })
  t.equal(ran.ran.length, 21)
  const after = await shop.runAll()
  t.equal(after.settled.size, 0)
  t.same(after.restored, ['t70'])
})

t.test('what is kept, and damaged, is made anew', async t => {
  const shop = shopOf(t)
  await shop.settle()
  for (const damage of ["text = '{'", "text = '{}'", "looks = x'00'", "text = replace(text, 't7', 't8')"]) {
    {
      using database = new DatabaseSync(shop.database)
      database.exec(`update settled set ${damage}`)
    }
    t.same((await shop.runAll()).ran, ['all'], damage)
    await delay(30)
    await shop.runAll()
    t.equal((await shop.runAll()).settled.size, count, damage)
  }
})

t.test('another command, another variable, and two that make the same', async t => {
  const shop = shopOf(t)
  const declare = (word: string) =>
    task({
      describe: 'Says',
      inputs: [],
      outputs: ['said.txt'],
      env: ['SETTLED_WORD'],
      run: ['sh', '-c', `echo ${word} $SETTLED_WORD > said.txt`],
    })
  const others = shop.tasks.all as Task
  const declareAll = (say: Task) => {
    shop.tasks.say = say
    shop.tasks.all = task({ describe: 'All', needs: { others, say }, run: () => {} })
  }
  declareAll(declare('one'))
  await shop.settle()
  t.ok((await shop.runAll()).settled.has('say'))
  declareAll(declare('two'))
  t.same((await shop.runAll()).why('say'), [{ kind: 'definition' }])
  const environment = { ...process.env, SETTLED_WORD: 'x' }
  const ran = await shop.run(shop.tasks, ['all'], { environment })
  t.same(ran.why('say'), [{ kind: 'env', name: 'SETTLED_WORD' }])
  declareAll(task({ describe: 'Says', inputs: [], outputs: ['out/3.txt'], run: () => {} }))
  await t.rejects(shop.runAll(), { message: /"t3" and "say" both make out\/3.txt/ })
})

t.test('two that make the same, and were never planned together', async t => {
  const shop = shopOf(t)
  const { all, ...copies } = shop.tasks
  const make = (name: string) =>
    task({ describe: name, inputs: [], outputs: ['made.txt'], run: () => shop.write('made.txt', name) })
  shop.tasks.left = make('left')
  shop.tasks.right = make('right')
  const names = Object.keys(copies)
  const a = [...names.slice(0, 60), 'left']
  const b = [...names.slice(20), 'right']
  for (const words of [a, a, b, b]) {
    await shop.run(shop.tasks, words)
    await delay(30)
  }
  await t.rejects(shop.run(shop.tasks, ['left', 'right', ...names]), {
    message: /"left" and "right" both make made.txt/,
  })
  t.equal((await shop.run(shop.tasks, a)).settled.has('t1'), true)
})

t.test('a task that cannot be compared, and one that cannot be looked at, fail alone', async t => {
  const shop = shopOf(t)
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  shop.tasks.odd = task({ describe: 'Odd', inputs: [{ name: 'x', value: cyclic }], run: () => {} })
  shop.tasks.link = task({ describe: 'Link', inputs: [{ file: 'opt', optional: true }], run: () => {} })
  await shop.settle()
  for (let i = 0; i < 2; i++) await shop.run(shop.tasks, ['all', 'link'])
  symlinkSync('opt', shop.at('opt'))
  const { result } = await shop.run(shop.tasks, ['all', 'odd', 'link'], { keepGoing: true })
  t.equal(result.states.get('all')?.kind, 'succeeded')
  t.equal(result.states.get('odd')?.kind, 'failed')
})

t.test('a result that another run makes anew is the one that was there at the start', async t => {
  const shop = shopOf(t)
  shop.tasks.late = task({
    describe: 'Late',
    needs: { t0: shop.tasks.t0 as Task },
    run: async results => {
      shop.write('in/0.txt', 'anew')
      await shop.run({ t0: shop.tasks.t0 as Task }, ['t0'])
      return results.t0
    },
  })
  await shop.settle()
  t.equal((await shop.run(shop.tasks, ['late'])).of('late'), '0')
})
