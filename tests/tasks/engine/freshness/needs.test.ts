import t from 'tap'
import { group } from '../../../../tasks/engine/group.ts'
import { service } from '../../../../tasks/engine/service.ts'
import { type Input, task } from '../../../../tasks/engine/task.ts'
import { Workshop } from './workshop.ts'

t.test('early cut-off: a need that reran with the same result and outputs makes nobody run', async t => {
  const shop = new Workshop(t)
  shop.write('in.txt', 'Word')
  const lower = task({
    describe: 'Lower case',
    inputs: ['in.txt'],
    outputs: ['lower.txt'],
    run: () => {
      const text = shop.read('in.txt')?.toLowerCase() ?? ''
      shop.write('lower.txt', text)
      return text.length
    },
  })
  const top = task({ describe: 'Top', needs: { lower }, inputs: [], run: ({ lower }) => lower })
  const above = task({ describe: 'Above', needs: { top }, inputs: [], run: ({ top }) => top })
  const again = () => shop.run({ lower, top, above }, ['above'])
  await again()
  shop.write('in.txt', 'wORD')
  const { ran, upToDate, of } = await again()
  t.same(ran, ['lower'])
  t.same(upToDate, ['top', 'above'])
  t.equal(of('above'), 4)
})

t.test(
  "a need's changed output reruns what needs it, declared or not; so does its changed result",
  async t => {
    const shop = new Workshop(t)
    shop.write('in.txt', 'one')
    let result = 1
    const make = task({
      describe: 'Make',
      inputs: ['in.txt'],
      outputs: ['made.txt'],
      run: () => {
        shop.write('made.txt', shop.read('in.txt') ?? '')
        return result
      },
    })
    const use = task({ describe: 'Use', needs: { made: make }, inputs: [], run: () => {} })
    const again = () => shop.run({ make, use }, ['use'])
    await again()
    shop.write('in.txt', 'two')
    t.same((await again()).why('use'), [{ kind: 'need', name: 'make', what: 'outputs' }])
    result = 2
    shop.write('in.txt', 'six')
    shop.write('in.txt', 'two')
    t.same((await again()).ran, [], 'as if nothing had happened')
    t.same((await shop.run({ make, use }, ['use'], { force: true })).why('use'), [{ kind: 'forced' }])
    result = 3
    shop.write('in.txt', 'six')
    t.same((await again()).why('use'), [{ kind: 'need', name: 'make', what: 'result' }])
  },
)

t.test('a need that always runs counts by what it returns', async t => {
  const shop = new Workshop(t)
  let port = 8000
  const settings = task({ describe: 'Settings', run: () => ({ port }) })
  const use = task({ describe: 'Use', needs: { settings }, inputs: [], run: ({ settings }) => settings.port })
  const again = () => shop.run({ settings, use }, ['use'])
  await again()
  t.same((await again()).ran, ['settings'])
  port = 8001
  const changed = await again()
  t.same(changed.why('use'), [{ kind: 'need', name: 'settings', what: 'result' }])
  t.equal(changed.of('use'), 8001)
})

t.test(
  'a need that was up to date by inputs once and always runs now counts by what it returns now',
  async t => {
    const shop = new Workshop(t)
    let port = 8000
    const options = { describe: 'Settings', run: () => port }
    const use = (settings: ReturnType<typeof task<Record<never, never>, Record<never, never>, number>>) =>
      task({ describe: 'Use', needs: { settings }, inputs: [], run: ({ settings }) => settings })
    const before = task({ ...options, inputs: [] })
    await shop.run({ settings: before, use: use(before) }, ['use'])
    const now = task(options)
    port = 8001
    t.equal((await shop.run({ settings: now, use: use(now) }, ['use'])).of('use'), 8001)
  },
)

t.test('a need whose result cannot be compared makes what needs it run each time, and is named', async t => {
  const shop = new Workshop(t)
  const tool = task({ describe: 'A function', run: () => () => 1 })
  const use = task({ describe: 'Use', needs: { tool }, inputs: [], run: ({ tool }) => tool() })
  const again = () => shop.run({ tool, use }, ['use'])
  await again()
  const { why, of } = await again()
  t.same(why('use'), [{ kind: 'need', name: 'tool', what: 'unknown' }])
  t.equal(of('use'), 1)
})

t.test('a service has no result to compare: what needs it is up to date like any other', async t => {
  const shop = new Workshop(t)
  const server = service({
    describe: 'Server',
    ready: { check: () => true },
    run: (_, { signal }) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  const probe = task({ describe: 'Probe', needs: { server }, inputs: [], run: () => 'answer' })
  const again = () => shop.run({ server, probe }, ['probe'])
  t.same((await again()).ran, ['server', 'probe'])
  t.same((await again()).upToDate, ['probe'])
})

t.test('a need taken away, and one added, are changes', async t => {
  const shop = new Workshop(t)
  const one = task({ describe: 'One', inputs: [], run: () => 1 })
  const two = task({ describe: 'Two', inputs: [], run: () => 2 })
  const run = () => {}
  const first = { top: task({ describe: 'Top', needs: { one }, inputs: [], run }), one, two }
  await shop.run(first, ['top'])
  const both = { ...first, top: task({ describe: 'Top', needs: { one, two }, inputs: [], run }) }
  t.same((await shop.run(both, ['top'])).why('top'), [{ kind: 'need', name: 'two', what: 'result' }])
  t.same((await shop.run(first, ['top'])).ran, [], 'restored, for the result of before is kept')
})

t.test('inputs and outputs that depend on results and parameters', async t => {
  const shop = new Workshop(t)
  for (const name of ['a.txt', 'b.txt']) shop.write(name, name)
  let chosen = ['a.txt']
  const choose = task({ describe: 'Choose', run: () => chosen })
  const join = task({
    describe: 'Join',
    needs: { choose },
    params: z => ({ to: z.string().default('joined') }),
    inputs: ({ choose }): Input[] => choose,
    outputs: (_, { params }) => [`${params.to}.txt`],
    run: ({ choose }, { params }) =>
      shop.write(`${params.to}.txt`, choose.map(name => shop.read(name)).join()),
  })
  const again = (...words: string[]) => shop.run({ choose, join }, ['join', ...words])
  await again()
  t.same((await again()).upToDate, ['join'])
  shop.write('b.txt', 'other')
  t.same((await again()).upToDate, ['join'], 'not among its inputs')
  shop.write('a.txt', 'new')
  t.same((await again()).why('join'), [{ kind: 'input', path: 'a.txt', how: 'changed' }])
  chosen = ['a.txt', 'b.txt']
  t.match((await again()).why('join'), [{ kind: 'need' }, { kind: 'input', path: 'b.txt', how: 'added' }])
  t.equal(shop.read('joined.txt'), 'new,other')
  const other = await again('--to', 'else')
  t.match(other.why('join'), [{ kind: 'definition' }, { kind: 'param', name: 'to' }])
  t.equal(shop.read('else.txt'), 'new,other')
})

t.test('a group is up to date while what it needs comes to the same', async t => {
  const shop = new Workshop(t)
  shop.write('in.txt', 'one')
  const copy = task({
    describe: 'Copy',
    inputs: ['in.txt'],
    outputs: ['out.txt'],
    run: () => shop.write('out.txt', shop.read('in.txt') ?? ''),
  })
  let results = 0
  const count = task({ describe: 'Count', run: () => ++results })
  const quiet = task({ describe: 'Always runs', run: () => {} })
  const all = group({ describe: 'All', needs: () => ({ copy, quiet }) })
  const more = group({ describe: 'More', needs: { all, count } })
  const again = (name: string) => shop.run({ copy, quiet, count, all, more }, [name])
  t.same([...(await again('all')).ran].sort(), ['all', 'copy', 'quiet'])
  const second = await again('all')
  t.same([second.ran, second.upToDate], [['quiet'], ['copy', 'all']])
  t.equal(second.of('all'), undefined)
  t.same([...(await again('more')).ran].sort(), ['count', 'more', 'quiet'])
  t.same((await again('more')).why('more'), [{ kind: 'need', name: 'count', what: 'result' }])
  shop.write('in.txt', 'two')
  t.same((await again('all')).why('all'), [{ kind: 'need', name: 'copy', what: 'outputs' }])
})
