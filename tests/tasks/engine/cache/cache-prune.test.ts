import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { Places } from '../../../../tasks/engine/cache/places.ts'
import { SizeEstimate } from '../../../../tasks/engine/cache/size-estimate.ts'
import { CachePlace, print, temporaryDirectory } from './cache-rig.ts'

const minute = 60_000
const hour = 60 * minute

/** A cache with a clock that stands until a test moves it. */
function clocked(owner: Parameters<typeof temporaryDirectory>[0], maxBytes?: number) {
  const clock = { now: Date.now() }
  const options = { now: () => clock.now, ...(maxBytes === undefined ? {} : { maxBytes }) }
  return { clock, at: new CachePlace(temporaryDirectory(owner), options) }
}

const kilobyte = (letter: string): string => letter.repeat(1000)
const sizeOf = (at: CachePlace): number =>
  [...at.listing('objects'), ...at.listing('entries')].reduce((sum, path) => sum + statSync(path).size, 0)

t.test('the entries that were used longest ago go first, until the rest is within the bound', async t => {
  const { at, clock } = clocked(t)
  for (const name of ['a', 'b', 'c', 'd']) {
    await at.store(print(name), { [name]: kilobyte(name) })
    clock.now += minute
  }
  await at.cache.restore(print('a'), at)
  clock.now += 2 * minute
  const before = sizeOf(at)
  const half = await at.cache.prune({ maxBytes: before / 2 })
  t.equal(half.removedEntries, 2)
  t.equal(half.entries, 2)
  t.equal(half.bytes, sizeOf(at), 'what it counts is what there is')
  t.equal(half.freedBytes, before - half.bytes)
  t.ok(half.bytes <= before / 2)
  t.same(
    ['a', 'b', 'c', 'd'].filter(name => at.cache.has(print(name))),
    ['a', 'd'],
    'a restore is a use',
  )
  t.equal((await at.cache.restore(print('a'), at)).kind, 'restored')
  const all = await at.cache.prune({ maxBytes: 0 })
  t.match(all, { removedEntries: 2, entries: 0, bytes: 0 })
  t.equal(sizeOf(at), 0)
})

t.test('content that another entry needs stays', async t => {
  const { at, clock } = clocked(t)
  await at.store(print('old'), { shared: kilobyte('s'), old: kilobyte('o') })
  clock.now += 2 * minute
  await at.store(print('new'), { shared: kilobyte('s') })
  clock.now += 2 * minute
  await at.cache.prune({ maxBytes: sizeOf(at) - 1 })
  t.same(at.listing('objects'), [at.object(kilobyte('s'))])
  t.equal((await at.cache.restore(print('new'), at)).kind, 'restored')
})

t.test('a cache within its bound loses only what nobody needs', async t => {
  const { at, clock } = clocked(t)
  await at.store(print('kept'), { a: 'kept' })
  await at.store(print('forgotten'), { b: 'forgotten' })
  at.cache.forget(print('forgotten'))
  await at.cache.prune()
  t.ok(existsSync(at.object('forgotten')), 'an entry may be about to name it')
  clock.now += 50_000
  await at.store(print('again'), { b: 'forgotten' })
  at.cache.forget(print('again'))
  clock.now += 50_000
  await at.cache.prune()
  t.ok(existsSync(at.object('forgotten')), 'also one that was there before')
  clock.now += minute
  t.match(await at.cache.prune(), { removedEntries: 0, freedBytes: 9, entries: 1 })
  t.notOk(existsSync(at.object('forgotten')))
  t.ok(at.cache.has(print('kept')))
})

t.test('what killed processes left is removed when it is old', async t => {
  const { at, clock } = clocked(t)
  await at.store(print('a'), { a: 'a' })
  const left = ['temporary/abc-1', 'objects/ab/foreign', 'entries/half.json'].map(name =>
    join(at.directory, name),
  )
  await at.store(print('b'), { b: 'b' })
  for (const path of left) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'left')
  }
  await at.cache.prune()
  t.same(left.map(existsSync), [true, true, false], 'a manifest is never half, so this is none')
  clock.now += 2 * minute
  await at.cache.prune()
  t.same(left.map(existsSync), [true, false, false])
  clock.now += hour
  await at.cache.prune()
  t.same(left.map(existsSync), [false, false, false])
})

t.test('a clock that jumps costs no entry and keeps no rubbish', async t => {
  const { at, clock } = clocked(t)
  const real = clock.now
  clock.now = real + 1000 * hour
  await at.store(print('ahead'), { a: kilobyte('a'), rubbish: 'rubbish' })
  clock.now = real
  await at.store(print('now'), { b: kilobyte('b') })
  t.match(await at.cache.prune(), { removedEntries: 0, entries: 2 })
  t.equal((await at.cache.restore(print('ahead'), at)).kind, 'restored')
  t.ok(statSync(at.entry(print('ahead'))).mtimeMs <= real + 1, 'it ages from now on')
  clock.now = real + minute
  await at.cache.restore(print('now'), at)
  await at.cache.prune({ maxBytes: sizeOf(at) - 1 })
  t.same([at.cache.has(print('ahead')), at.cache.has(print('now'))], [false, true])
  t.same(
    at.listing('objects'),
    [at.object(kilobyte('b'))],
    'objects from the future are no younger than others',
  )
  clock.now = 0
  t.match(await at.cache.prune(), { removedEntries: 0, entries: 1 })
  t.equal((await at.cache.restore(print('now'), at)).kind, 'restored')
})

t.test('storing keeps a cache within its bound by itself', async t => {
  const maxBytes = 50_000
  const { at, clock } = clocked(t, maxBytes)
  for (let count = 0; count < 200; count++) {
    await at.store(print(`${count}`), { file: `${count}`.padEnd(3000, '.') })
    t.ok(sizeOf(at) <= maxBytes + 5000 || count < 10, `after ${count}`)
    clock.now += minute + 1
  }
  t.ok(at.cache.has(print('199')))
  t.notOk(at.cache.has(print('1')))
  t.ok(sizeOf(at) > maxBytes / 2, 'it is used')
})

t.test('many processes that store little each come to about the right sum', async t => {
  const places = new Places(temporaryDirectory(t))
  new SizeEstimate(places, 1).set(0)
  const processes = 2000
  for (let count = 0; count < processes; count++) new SizeEstimate(places, 100).add(10)
  const total = new SizeEstimate(places, 1).add(1) ?? 0
  t.ok(Math.abs(total - processes * 10) < 8000, `${total}: 5 standard deviations are 6,700`)
})

t.test('the record of the size may be lost or spoilt', async t => {
  const { at, clock } = clocked(t, 20_000)
  const size = join(at.directory, 'size')
  for (const [count, spoilt] of ['', 'nonsense\n', '-5\n', '1e9\n', '0\n'.repeat(5000)].entries()) {
    await at.store(print(`${count}`), { file: `${count}`.padEnd(3000, '.') })
    writeFileSync(size, spoilt)
    clock.now += 2 * minute
  }
  for (let count = 10; count < 30; count++) {
    await at.store(print(`${count}`), { file: `${count}`.padEnd(3000, '.') })
    clock.now += 2 * minute
  }
  t.ok(sizeOf(at) <= 25_000)
})

t.test('pruning what is not there makes nothing', async t => {
  const { at } = clocked(t)
  t.same(await at.cache.prune(), { removedEntries: 0, freedBytes: 0, entries: 0, bytes: 0 })
  t.notOk(existsSync(at.directory))
  await at.store(print('a'), { a: 'a' })
  const old = new Date(0)
  utimesSync(at.entry(print('a')), old, old)
  await at.cache.prune()
  t.ok(at.cache.has(print('a')), 'age alone removes no entry')
  t.same(readdirSync(at.directory).sort(), ['entries', 'objects', 'size', 'temporary'])
})
