import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import t from 'tap'
import { type Input, task } from '../../../../tasks/engine/task.ts'
import { type Tasks, Workshop } from './workshop.ts'

const counts = (inputs: readonly Input[]): Tasks => ({
  look: task({ describe: 'Look', inputs, run: () => {} }),
})

t.test('each way in which the files of a pattern can change is seen and named', async t => {
  const shop = new Workshop(t)
  for (const name of ['a', 'b', 'c']) shop.write(`src/${name}.txt`, name)
  const again = async () => (await shop.run(counts(['src/*.txt']), ['look'])).why('look')
  await again()
  shop.write('src/d.txt', 'new')
  t.same(await again(), [{ kind: 'input', path: 'src/d.txt', how: 'added' }])
  shop.write('src/b.txt', 'other')
  shop.remove('src/a.txt')
  t.same(await again(), [
    { kind: 'input', path: 'src/b.txt', how: 'changed' },
    { kind: 'input', path: 'src/a.txt', how: 'removed' },
  ])
  shop.write('src/e.md', 'none of them')
  t.same(await again(), [])
})

t.test(
  'links count by what they lead to; one to a directory and one to nowhere by where they lead',
  async t => {
    const shop = new Workshop(t)
    shop.write('there/file', 'one')
    mkdirSync(shop.at('other'))
    mkdirSync(shop.at('in'))
    const links = { file: '../there/file', directory: '../there', dangling: 'nowhere' }
    for (const [name, to] of Object.entries(links)) symlinkSync(to, shop.at(`in/${name}`))
    const again = async () => (await shop.run(counts(['in/*']), ['look'])).why('look')
    await again()
    t.same(await again(), [], 'nothing changed')
    shop.write('there/file', 'two')
    t.same(await again(), [{ kind: 'input', path: 'in/file', how: 'changed' }])
    rmSync(shop.at('in/directory'))
    symlinkSync('../other', shop.at('in/directory'))
    t.same(await again(), [{ kind: 'input', path: 'in/directory', how: 'changed' }])
    rmSync(shop.at('in/dangling'))
    symlinkSync('nobody', shop.at('in/dangling'))
    t.same(await again(), [{ kind: 'input', path: 'in/dangling', how: 'changed' }])
    t.same(await again(), [])
  },
)

const pairs: readonly (readonly [before: unknown, now: unknown])[] = [
  [1, 2],
  ['1', 1],
  [null, 'null'],
  [{ a: 1 }, { a: 2 }],
  [
    [1, 2],
    [2, 1],
  ],
  [new Map([['a', 1]]), new Map([['a', 2]])],
  [new Set(['a']), ['a']],
  [5n, 6n],
  [new Date(0), new Date(1)],
  [/a/, /b/],
  [Number.NaN, null],
  [Infinity, -Infinity],
  [undefined, 'undefined'],
]

t.test('values count by content, and the one that changed is named', async t => {
  const shop = new Workshop(t)
  const again = async (value: unknown) =>
    (
      await shop.run(
        counts([
          { name: 'fixed', value: 1 },
          { name: 'setting', value },
        ]),
        ['look'],
      )
    ).why('look')
  for (const [before, now] of pairs) {
    await again(before)
    t.same(await again(structuredClone(before)), [], `the same ${String(before)}`)
    t.same(await again(now), [{ kind: 'value', name: 'setting' }], `${String(before)} → ${String(now)}`)
  }
})

t.test('a value that cannot be compared fails the task', async t => {
  const shop = new Workshop(t)
  class Thing {
    readonly #hidden = 1
    get hidden() {
      return this.#hidden
    }
  }
  for (const value of [() => 1, { deep: [Symbol('s')] }, new Thing()]) {
    const { result, of } = await shop.run(counts([{ name: 'setting', value }]), ['look'])
    t.equal(result.outcome, 'failed')
    t.match(of('look'), { name: 'UserError', message: /among the inputs cannot be compared/ })
  }
})

t.test('an input that is not there fails the task before it runs, and is known beforehand', async t => {
  const shop = new Workshop(t)
  const tasks = counts(['gone/*.txt'])
  const { ran, of } = await shop.run(tasks, ['look'])
  t.same(ran, [])
  t.match(of('look'), { message: 'an input of "look" matches no file: gone/*.txt' })
  t.match((await shop.forecast(tasks, ['look'])).get('look'), { kind: 'fails', error: { name: 'UserError' } })
})

t.test('a function of inputs that throws fails the task', async t => {
  const shop = new Workshop(t)
  const look = task({
    describe: 'Look',
    inputs: () => {
      throw new RangeError('oops')
    },
    run: () => t.fail('was started'),
  })
  const { result, of } = await shop.run({ look }, ['look'])
  t.equal(result.outcome, 'failed')
  t.match(of('look'), { name: 'RangeError', message: 'oops' })
  const forecast = await shop.forecast({ look }, ['look'])
  t.match(forecast.get('look'), { kind: 'fails', error: { message: 'RangeError: oops' } })
})

t.test('a file that cannot be read fails the task, and not the whole run', async t => {
  const shop = new Workshop(t)
  const free = task({ describe: 'Free', inputs: [], run: () => {} })
  // It is a file, and reading it at its beginning is an error.
  const tasks = { ...counts(['/proc/self/mem']), free }
  const { result, of } = await shop.run(tasks, ['look', 'free'], { keepGoing: true })
  t.equal(result.outcome, 'failed')
  t.match(of('look'), { code: 'EIO' })
  t.match(result.states.get('free'), { kind: 'succeeded' })
})
