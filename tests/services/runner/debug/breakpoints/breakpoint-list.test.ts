import t from 'tap'
import { breakpointOf, wishOf } from '../../../../../services/contract/debug-breakpoints.ts'
import {
  BreakpointList,
  type NewBreakpoint,
} from '../../../../../services/runner/debug/breakpoints/breakpoint-list.ts'

type Wished = Parameters<typeof wishOf>[0]
const asked = (...wished: Wished[]): NewBreakpoint[] =>
  wished.map(one => ({ breakpoint: breakpointOf(0, wishOf(one), 'it is not set yet'), wanted: true }))
const places = (list: BreakpointList) =>
  list
    .told()
    .map(one => (one.kind === 'line' ? `${one.id} ${one.file}:${one.line}` : `${one.id} ${one.kind}`))
const ids = (entries: readonly { id: number }[]) => entries.map(({ id }) => id)

t.test('a place has one breakpoint, and an id is never given twice', async t => {
  const two = new BreakpointList().with(asked('a:1', 'b:1', 'a:1'))
  t.same(places(two), ['1 a:1', '2 b:1'])
  t.same(places(two.with(asked('a:1'))), ['1 a:1', '2 b:1'])
  const one = two.without(new Set([2, 9]))
  t.same(places(one.with(asked('b:1'))), ['1 a:1', '3 b:1'])
})

t.test('one that is asked for again becomes what is asked for, and keeps its id', async t => {
  const list = new BreakpointList().with(asked('a:1', { kind: 'function', name: 'f' }))
  const verified = list.answered(list.entries, [
    { verified: true, line: 1 },
    { verified: true, id: 7 },
  ])
  t.same(verified.with(asked('a:1')).told()[0]?.verified, true, 'as it was, it stays as it is')
  const changed = verified.with(asked({ kind: 'line', at: 'a:1', condition: 'x', hit_condition: '>=3' }))
  t.match(changed.told(), [
    { id: 1, verified: false, condition: 'x', hit_condition: '>=3', log_message: null },
    { id: 2, kind: 'function', verified: true },
  ])
})

t.test('data that lie elsewhere by now are other data', async t => {
  const wished = { kind: 'data', expression: 'x', frame: 0, access_type: 'write' } as const
  const data = (dataId: string) => asked(wished).map(one => ({ ...one, dataId }))
  const list = new BreakpointList().with(data('at 1'))
  const verified = list.answered(list.entries, [{ verified: true, id: 7 }])
  t.match(verified.with(data('at 1')).entries, [{ id: 1, verified: true, dataId: 'at 1' }])
  t.match(verified.with(data('at 2')).entries, [{ id: 1, verified: false, dataId: 'at 2' }])
})

t.test('of what the adapter says of one, the beginning is told', async t => {
  const list = new BreakpointList().with(asked('a:3'))
  const [told] = list.answered(list.entries, [{ verified: false, message: 'x'.repeat(1_000_000) }]).told()
  t.equal(told?.message, 'x'.repeat(2_000))
})

t.test('what the adapter answers', async t => {
  const list = new BreakpointList().with(asked('a:3', 'b:5', 'a:4', 'a:9'))
  const sent = list.wanted('a')
  t.same(ids(sent), [1, 3, 4])
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
  t.same(ids(after.wanted('a')), [1, 4], 'the one that was moved is taken back')
  t.same(ids(after.with(asked('a:4')).wanted('a')), [1, 3, 4], 'and tried again when it is asked for again')
  const reported = after.reported({ id: 2, verified: true, line: 9 })
  t.match(reported.told()[3], { verified: true, message: null })
  t.equal(reported.reported({ id: 2, verified: true, line: 9 }), reported, 'the same twice is no news')
  t.equal(reported.reported({ id: 99, verified: false }), reported, 'nor is what is of none')
  t.equal(after.reported({ verified: false, message: 'of nobody' }), after)
})
