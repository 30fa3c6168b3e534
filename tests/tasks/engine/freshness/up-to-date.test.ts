import { chmodSync, cpSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { task } from '../../../../tasks/engine/task.ts'
import { Workshop } from './workshop.ts'

/** A shop with one task that copies in.txt to out.txt, made once; `cp` says in its command how. */
async function copyShop(t: Parameters<typeof newShop>[0], options: { cache?: boolean } = {}) {
  const shop = newShop(t)
  const copy = copyTask(options)
  const again = (now: () => number = Date.now) => shop.run({ copy }, ['copy'], { now })
  const first = await again()
  return { shop, first, again }
}
const newShop = (t: { teardown(end: () => void): void }) => {
  const shop = new Workshop(t)
  shop.write('in.txt', 'one')
  return shop
}
const copyTask = (options: { cache?: boolean } = {}) =>
  task({
    describe: 'Copy',
    inputs: ['in.txt'],
    outputs: ['out.txt'],
    run: ['cp', 'in.txt', 'out.txt'],
    ...options,
  })

/** So much later that what was seen of files is trusted. */
const later = () => Date.now() + 60_000

t.test('nothing changed: not run', async t => {
  const { shop, first, again } = await copyShop(t)
  t.same(first.why('copy'), [{ kind: 'never-succeeded' }])
  t.equal(shop.read('out.txt'), 'one')
  t.same((await again()).upToDate, ['copy'])
})

t.test('touched only: not run, and not looked into again at the run after that', async t => {
  const { shop, again } = await copyShop(t)
  for (const name of ['in.txt', 'out.txt']) utimesSync(shop.at(name), new Date(), new Date(86_400_000))
  t.same((await again()).ran, [])
  t.same((await again()).ran, [])
})

t.test('edited, with size and modification time put back: seen', async t => {
  const { shop, again } = await copyShop(t)
  await again(later)
  const { atime, mtime } = statSync(shop.at('in.txt'))
  shop.write('in.txt', 'two')
  utimesSync(shop.at('in.txt'), atime, mtime)
  const { why } = await again(later)
  t.same(why('copy'), [{ kind: 'input', path: 'in.txt', how: 'changed' }])
  t.equal(shop.read('out.txt'), 'two')
})

t.test('edited right after the run, of the same size: seen every time', async t => {
  const { shop, again } = await copyShop(t)
  for (let i = 0; i < 20; i++) {
    const text = String(100 + i)
    shop.write('in.txt', text)
    t.same((await again()).ran, ['copy'], text)
    t.equal(shop.read('out.txt'), text)
  }
})

t.test('an output edited right after the run, of the same size: seen every time', async t => {
  const { shop, again } = await copyShop(t)
  for (let i = 0; i < 20; i++) {
    shop.write('out.txt', String(100 + i))
    t.same((await again()).restored, ['copy'])
    t.equal(shop.read('out.txt'), 'one')
  }
})

t.test('replaced by a file of the same size and time: seen by its inode', async t => {
  const { shop, again } = await copyShop(t)
  const { atime, mtime } = statSync(shop.at('in.txt'))
  shop.write('in.txt.new', 'two')
  utimesSync(shop.at('in.txt.new'), atime, mtime)
  shop.replace('in.txt', 'two')
  utimesSync(shop.at('in.txt'), atime, mtime)
  t.same((await again()).ran, ['copy'])
  shop.replace('in.txt', 'two')
  t.same((await again()).ran, [], 'another file of the same content is no change')
})

t.test('output deleted: restored', async t => {
  const { shop, again } = await copyShop(t)
  shop.remove('out.txt')
  const { restored, why } = await again()
  t.same(restored, ['copy'])
  t.same(why('copy'), [{ kind: 'output', path: 'out.txt', how: 'missing' }])
  t.equal(shop.read('out.txt'), 'one')
  t.same((await again()).upToDate, ['copy'])
})

t.test('output edited: restored', async t => {
  const { shop, again } = await copyShop(t)
  shop.write('out.txt', 'edited')
  const { restored, why } = await again()
  t.same(restored, ['copy'])
  t.same(why('copy'), [{ kind: 'output', path: 'out.txt', how: 'changed' }])
  t.equal(shop.read('out.txt'), 'one')
})

t.test('without a cache an output that is deleted or edited is made again', async t => {
  const { shop, again } = await copyShop(t, { cache: false })
  shop.remove('out.txt')
  t.same((await again()).ran, ['copy'])
  shop.write('out.txt', 'edited')
  t.same((await again()).ran, ['copy'])
  t.equal(shop.read('out.txt'), 'one')
  t.same((await again()).upToDate, ['copy'])
})

t.test('A → B → A: restored from the cache, and with `cache: false` made again', async t => {
  for (const cache of [true, false]) {
    const { shop, again } = await copyShop(t, { cache })
    shop.write('in.txt', 'two')
    t.same((await again()).ran, ['copy'])
    shop.write('in.txt', 'one')
    const third = await again()
    t.same(third.restored, cache ? ['copy'] : [])
    t.same(third.ran, cache ? [] : ['copy'])
    t.equal(shop.read('out.txt'), 'one')
  }
})

t.test("one task's command changed: only that one runs", async t => {
  const shop = newShop(t)
  const say = (name: string, text: string) =>
    task({ describe: name, inputs: [], outputs: [name], run: ['sh', '-c', `echo ${text} > ${name}`] })
  const before = { a: say('a', 'one'), b: say('b', 'one'), c: say('c', 'one') }
  await shop.run(before, ['a', 'b', 'c'])
  const { ran, why, upToDate } = await shop.run({ ...before, b: say('b', 'two') }, ['a', 'b', 'c'])
  t.same(ran, ['b'])
  t.same(why('b'), [{ kind: 'definition' }])
  t.same([...upToDate].sort(), ['a', 'c'])
})

t.test('an input that became executable, and an output that did, are changed', async t => {
  const { shop, again } = await copyShop(t)
  chmodSync(shop.at('in.txt'), 0o755)
  t.same((await again()).ran, ['copy'])
  chmodSync(shop.at('out.txt'), 0o755)
  t.same((await again()).restored, ['copy'])
  t.equal(statSync(shop.at('out.txt')).mode & 0o111, 0)
})

t.test(
  'an input edited while it runs: what was made of that is not trusted for what was there before',
  async t => {
    const shop = newShop(t)
    let edit: (() => void) | undefined
    const copy = task({
      describe: 'Copy, while somebody edits',
      inputs: ['*.txt'],
      outputs: ['out'],
      run: async (_, { root }) => {
        edit?.()
        cpSync(join(root, 'in.txt'), join(root, 'out'))
      },
    })
    const again = () => shop.run({ copy }, ['copy'])
    edit = () => shop.write('in.txt', 'two')
    await again()
    t.equal(shop.read('out'), 'two')
    shop.write('in.txt', 'one')
    edit = undefined
    const { ran, why } = await again()
    t.same([ran, why('copy')], [['copy'], [{ kind: 'input', path: 'in.txt', how: 'changed' }]])
    t.equal(shop.read('out'), 'one')
    edit = () => shop.write('more.txt', '')
    shop.write('in.txt', 'three')
    await again()
    edit = undefined
    shop.remove('more.txt')
    t.same((await again()).why('copy'), [{ kind: 'input', path: 'more.txt', how: 'removed' }])
    t.same((await again()).upToDate, ['copy'])
  },
)

t.test(
  'a task that changes its own inputs runs until it has nothing to change, and is not "restored" from before',
  async t => {
    const shop = newShop(t)
    const format = task({
      describe: 'Format',
      inputs: ['in.txt'],
      run: (_, { root }) => writeFileSync(join(root, 'in.txt'), 'formatted'),
    })
    const again = () => shop.run({ format }, ['format'])
    t.same((await again()).ran, ['format'])
    t.same((await again()).ran, ['format'])
    t.same((await again()).upToDate, ['format'])
    shop.write('in.txt', 'one')
    t.same((await again()).ran, ['format'])
    t.equal(shop.read('in.txt'), 'formatted')
  },
)
