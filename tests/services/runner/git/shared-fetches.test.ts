import t from 'tap'
import { SharedFetches } from '../../../../services/runner/git/shared-fetches.ts'

const soon = () => new Promise(resolve => setImmediate(resolve))
const never = new AbortController().signal

/** Fetches that end when they are told to, at instants that are told. */
function workbench(most?: number) {
  const bench = { now: 0, begun: [] as { end: (brought: string) => void; signal: AbortSignal }[] }
  const fetches = new SharedFetches<string>(() => bench.now, most)
  const begin = (signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    signal.addEventListener('abort', () => reject(signal.reason))
    bench.begun.push({ end: resolve, signal })
    return promise
  }
  const obtain = (
    place: string,
    since: number,
    signal = never,
    holds: (outcome: string) => boolean = () => true,
  ) => fetches.obtain(place, since, { begin, holds }, signal)
  return { bench, obtain }
}

t.test('one that began later than asked for is shared, also when it is over', async t => {
  const { bench, obtain } = workbench()
  bench.now = 10
  const both = [obtain('a', 5), obtain('a', 9)]
  await soon()
  bench.begun[0]?.end('brought')
  t.same(await Promise.all(both), ['brought', 'brought'])
  t.equal(await obtain('a', 9), 'brought')
  t.equal(bench.begun.length, 1)

  await t.test('unless what it brought is gone, or it is of a time yet to come', async t => {
    const gone = obtain('a', 5, never, () => false)
    await soon()
    t.equal(bench.begun.length, 2)
    bench.begun[1]?.end('again')
    t.equal(await gone, 'again')
    bench.now = 7
    const back = obtain('a', 5)
    await soon()
    t.equal(bench.begun.length, 3)
    bench.begun[2]?.end('anew')
    t.equal(await back, 'anew')
  })
})

t.test('who needs a later one waits for that which is under way, and those after share the next', async t => {
  const { bench, obtain } = workbench()
  bench.now = 10
  const first = obtain('a', 5)
  bench.now = 20
  const later = [obtain('a', 15), obtain('a', 15)]
  await soon()
  t.equal(bench.begun.length, 1)
  bench.begun[0]?.end('first')
  t.equal(await first, 'first')
  await soon()
  t.equal(bench.begun.length, 2)
  bench.begun[1]?.end('second')
  t.same(await Promise.all(later), ['second', 'second'])
})

t.test('one that nobody waits for any more is ended, and another begins for who comes then', async t => {
  const { bench, obtain } = workbench()
  bench.now = 10
  const [one, other] = [new AbortController(), new AbortController()]
  const [first, second] = [obtain('a', 5, one.signal), obtain('a', 5, other.signal)] as const
  // Who cannot do with it does not wait for it.
  const later = obtain('a', 10)
  await soon()
  one.abort(new Error('one'))
  await t.rejects(first, { message: 'one' })
  t.notOk(bench.begun[0]?.signal.aborted)
  bench.now = 20
  other.abort(new Error('other'))
  await t.rejects(second, { message: 'other' })
  t.ok(bench.begun[0]?.signal.aborted)
  await soon()
  bench.begun[1]?.end('second')
  t.equal(await later, 'second')
  await t.rejects(obtain('a', 5, AbortSignal.abort(new Error('before'))), { message: 'before' })
})

t.test('no more are remembered than so many, and of those under way none is forgotten', async t => {
  const { bench, obtain } = workbench(2)
  bench.now = 10
  const slow = obtain('slow', 5)
  for (const [index, place] of ['a', 'b', 'c'].entries()) {
    const one = obtain(place, 5)
    await soon()
    bench.begun[index + 1]?.end(place)
    await one
  }
  t.equal(await obtain('c', 5), 'c')
  void obtain('a', 5)
  const shared = obtain('slow', 5)
  await soon()
  t.equal(bench.begun.length, 5, 'the oldest is fetched again')
  bench.begun[0]?.end('slow')
  t.same(await Promise.all([slow, shared]), ['slow', 'slow'])
})

t.test('a failure is told to all, and not remembered', async t => {
  const fetches = new SharedFetches<string>(() => 10)
  let asked = 0
  const begin = async () => {
    asked++
    throw new Error('no')
  }
  const obtain = () => fetches.obtain('a', 5, { begin, holds: () => true }, never)
  const all = await Promise.allSettled([obtain(), obtain()])
  t.match(all, [{ status: 'rejected' }, { status: 'rejected' }])
  t.equal(asked, 1)
  await t.rejects(obtain(), { message: 'no' })
  t.equal(asked, 2)
})
