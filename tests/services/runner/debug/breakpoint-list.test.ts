import t from 'tap'
import { BreakpointList } from '../../../../services/runner/debug/breakpoint-list.ts'

const at = (file: string, line: number) => ({ file, line })
const places = (list: BreakpointList) => list.told().map(({ id, file, line }) => `${id} ${file}:${line}`)

t.test('a place has one breakpoint, and an id is never given twice', async t => {
  const two = new BreakpointList().with([at('a', 1), at('b', 1), at('a', 1)])
  t.same(places(two), ['1 a:1', '2 b:1'])
  t.same(places(two.with([at('a', 1)])), ['1 a:1', '2 b:1'])
  const one = two.without([at('b', 1), at('c', 9)])
  t.same(places(one.with([at('b', 1)])), ['1 a:1', '3 b:1'])
})

t.test('what the adapter answers', async t => {
  const list = new BreakpointList().with([at('a', 3), at('b', 5), at('a', 4), at('a', 9)])
  const sent = list.wanted('a')
  t.same(
    sent.map(({ id }) => id),
    [1, 3, 4],
  )
  const after = list.answered(sent, [
    { verified: true, line: 3, id: 0 },
    { verified: true, line: 6, id: 1 },
    { verified: false, message: 'not loaded', id: 2 },
  ])
  t.match(after.told(), [
    { id: 1, verified: true, message: null },
    { id: 2, verified: false, message: 'it is not set yet' },
    { id: 3, line: 4, verified: false, message: 'line 4 holds no code; the nearest line with code is 6' },
    { id: 4, verified: false, message: 'not loaded' },
  ])
  t.same(
    after.wanted('a').map(({ id }) => id),
    [1, 4],
    'the one that was moved is taken back',
  )
  t.same(
    after
      .with([at('a', 4)])
      .wanted('a')
      .map(({ id }) => id),
    [1, 3, 4],
    'and tried again when it is asked for again',
  )
  t.same(after.at(new Set(['b', 'a']), 3, []), [1], 'found by its place')
  t.same(after.at(new Set(['x']), 1, [2, 0]), [1, 4], 'or by what the adapter calls it, 0 too')
  t.match(after.reported({ id: 2, verified: true, line: 9 }).told()[3], { verified: true, message: null })
})
