import t from 'tap'
import { type Task, task } from '../../../../tasks/engine/task.ts'
import { Workshop } from './workshop.ts'

const values: readonly (readonly [what: string, value: unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  [
    'a Map with objects as keys',
    new Map<unknown, unknown>([
      [{ a: 1 }, new Set(['x'])],
      ['k', undefined],
    ]),
  ],
  ['a Set', new Set([1, 'two'])],
  ['a Date', new Date(1_234_567_890_123)],
  ['a bigint', 123_456_789_012_345_678_901n],
  ['what is nested', { list: [1, { deep: [undefined, null, -0, Number.NaN, Infinity] }], none: undefined }],
  ['bytes', new Uint8Array([0, 255, 7])],
  ['a regular expression', /a+b/gi],
  ['text of all kinds', 'é — 漢字 \u0000 🎉'],
]

t.test('results come back from a need that is up to date as they were', async t => {
  for (const [what, value] of values) {
    const shop = new Workshop(t)
    const make = task({ describe: 'Make', inputs: [], run: () => value })
    let got: unknown = 'never asked'
    const use = task({
      describe: 'Use',
      needs: { make },
      run: ({ make }) => {
        got = make
      },
    })
    await shop.run({ make, use }, ['use'])
    got = 'never asked'
    const { upToDate } = await shop.run({ make, use }, ['use'])
    t.same(upToDate, ['make'])
    t.strictSame(got, value, what)
  }
})

t.test('a circle comes back as one', async t => {
  const shop = new Workshop(t)
  const circle: { self?: unknown } = {}
  circle.self = circle
  const make = task({ describe: 'Make', inputs: [], run: () => circle })
  await shop.run({ make }, ['make'])
  const result = (await shop.run({ make }, ['make'])).of('make')
  t.equal((result as typeof circle).self, result)
})

t.test('a result comes back from the cache, with the files', async t => {
  const shop = new Workshop(t)
  shop.write('in.txt', 'one')
  const make = task({
    describe: 'Make',
    inputs: ['in.txt'],
    outputs: ['out.txt'],
    run: () => {
      const text = shop.read('in.txt') ?? ''
      shop.write('out.txt', text)
      return new Map([[text, new Date(0)]])
    },
  })
  await shop.run({ make }, ['make'])
  shop.write('in.txt', 'two')
  await shop.run({ make }, ['make'])
  shop.write('in.txt', 'one')
  const { restored, of } = await shop.run({ make }, ['make'])
  t.same(restored, ['make'])
  t.strictSame(of('make'), new Map([['one', new Date(0)]]))
})

class Thing {}
class Book extends Map {}

const misfits: readonly (readonly [value: unknown, place: RegExp])[] = [
  [() => 1, /it is a function/],
  [{ a: { run: () => 1 } }, /it\.a\.run is a function/],
  [[1, new Thing()], /it\[1\] is an object of class Thing/],
  [new Map([['key', new Thing()]]), /it\.get\(key\) is an object of class Thing/],
  [new Set([Symbol('s')]), /a member of it is a symbol/],
  [{ at: new URL('http://a') }, /it\.at is an object of class URL/],
  [new Book(), /it is an object of class Book/],
  [{ proxy: new Proxy({}, {}) }, /cannot be stored: .+/],
]

t.test('what cannot be stored fails the task, and its place is named', async t => {
  for (const [value, place] of misfits) {
    const shop = new Workshop(t)
    const make = task({ describe: 'Make', inputs: [], run: () => value })
    const after = task({ describe: 'After', needs: { make }, run: () => t.fail('was started') })
    const { result, of } = await shop.run({ make, after }, ['after'])
    t.equal(result.outcome, 'failed', String(place))
    t.match(of('make'), { name: 'UserError', message: place, fix: /declare neither inputs nor outputs/ })
    t.match((await shop.run({ make }, ['make'])).result.outcome, 'failed', 'again, not up to date')
  }
})

t.test('with neither inputs nor outputs anything may be a result', async t => {
  const shop = new Workshop(t)
  for (const [value] of misfits) {
    const make: Task = task({ describe: 'Make', run: () => value })
    const use = task({ describe: 'Use', needs: { make }, run: ({ make }) => make === value })
    t.equal((await shop.run({ make, use }, ['use'])).of('use'), true)
  }
})

t.test('a result that holds a secret is handed on, and stored nowhere', async t => {
  const shop = new Workshop(t)
  const make = task({ describe: 'Make', inputs: [], run: () => 'hidden word' })
  const use = task({ describe: 'Use', needs: { make }, run: ({ make }) => make })
  const options = { holdsSecret: (value: unknown) => value === 'hidden word' }
  t.equal((await shop.run({ make, use }, ['use'], options)).of('use'), 'hidden word')
  t.notOk(shop.read('.artifacts/task/runs.db')?.includes('hidden word'))
  t.same((await shop.run({ make, use }, ['use'], options)).ran, ['make', 'use'], 'so it runs again')
})

t.test('a stored result that is damaged fails who needs it, and is made anew by the next run', async t => {
  const shop = new Workshop(t)
  const make = task({ describe: 'Make', inputs: [], cache: false, run: () => 'x'.repeat(20_000) })
  const use = task({ describe: 'Use', needs: { make }, run: ({ make }) => make.length })
  await shop.run({ make, use }, ['use'])
  const { DatabaseSync } = await import('node:sqlite')
  using database = new DatabaseSync(shop.database)
  database.exec(`update tasks set result = substr(result, 1, 100) where name = 'make'`)
  database.close()
  const { of, result } = await shop.run({ make, use }, ['use'])
  t.equal(result.outcome, 'failed')
  t.match(of('use'), { message: 'the stored result of "make" is gone or damaged', fix: 'run it again' })
  t.equal((await shop.run({ make, use }, ['use'])).of('use'), 20_000)
})
