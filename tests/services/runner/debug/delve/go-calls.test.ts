import t from 'tap'
import type { Told } from '../../../../../services/runner/debug/above/open-calls.ts'
import { GoCalls } from '../../../../../services/runner/debug/delve/go-calls.ts'

function rig() {
  const all: Told[] = []
  let now = 0
  const calls = new GoCalls(told => void all.push(...told), { now: () => 1_000 }, { elapsed: () => now++ })
  return {
    calls,
    begin: (
      goroutine: number,
      offset: number,
      value = '1',
      more: { isUnsure?: true; mayRepeat?: true } = {},
    ) =>
      calls.began(
        { probe: 1, function: 'main.f', arguments: [['n', value]] },
        { goroutine, offset },
        { isSeen: true, isUnsure: false, mayRepeat: false, ...more },
      ),
    told: () =>
      all.splice(0).map(({ thread, ended, result, depth }) => [thread, ended, result, depth].join(' ')),
  }
}

t.test('each goroutine has calls of its own', async t => {
  const { calls, begin, told } = rig()
  begin(1, -100)
  begin(7, -100)
  begin(1, -140)
  calls.returned(1, { goroutine: 1, offset: -140 }, '2')
  calls.returned(1, { goroutine: 7, offset: -100 }, null)
  t.same(told(), ['goroutine 1 returned 2 1', 'goroutine 7 returned  0'])
  calls.returned(1, { goroutine: 9, offset: -100 }, '3')
  calls.finish()
  t.same(told(), ['goroutine 1 open  0'], 'what was not seen to begin is not told')
})

t.test('a panic leaves what lies deeper; during a step nobody knows', async t => {
  const { calls, begin, told } = rig()
  begin(1, -100)
  begin(1, -140)
  calls.returned(1, { goroutine: 1, offset: -100 }, '2')
  begin(1, -100)
  calls.unsure()
  begin(1, -100)
  t.same(told(), ['goroutine 1 raised  1', 'goroutine 1 returned 2 0', 'goroutine 1 unseen  0'])
})

t.test('a call that Delve tells of twice is one', async t => {
  const { calls, begin, told } = rig()
  begin(1, -100)
  begin(1, -100, '1', { mayRepeat: true })
  t.same(told(), [])
  begin(1, -100, '2', { mayRepeat: true })
  t.same(told(), ['goroutine 1 raised  0'])
  begin(1, -100, '2')
  calls.forget(1)
  calls.finish()
  t.same(told(), ['goroutine 1 raised  0'], 'another one with the same arguments')
})

t.test('goroutines that are never heard of again are let go of', async t => {
  const { calls, begin, told } = rig()
  for (let goroutine = 1; goroutine <= 20_010; goroutine++) begin(goroutine, -100)
  t.equal(told().length, 10)
  calls.returned(1, { goroutine: 20_010, offset: -100 }, '5')
  t.same(told(), ['goroutine 20010 returned 5 0'])
})
