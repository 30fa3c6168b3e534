import t from 'tap'
import { breakpointOf, wishOf } from '../../../../../services/contract/debug-breakpoints.ts'
import { BreakpointList } from '../../../../../services/runner/debug/breakpoints/breakpoint-list.ts'
import { type Standing, standingAt } from '../../../../../services/runner/debug/breakpoints/standing-at.ts'

const wishes: Parameters<typeof wishOf>[0][] = [
  'a:3',
  { kind: 'line', at: 'a:4', condition: 'x' },
  { kind: 'line', at: 'a:5', log_message: 'x' },
  { kind: 'function', name: 'f' },
  { kind: 'data', expression: 'x', frame: 0, access_type: 'write' },
]
const asked = wishes.map(one => ({ breakpoint: breakpointOf(0, wishOf(one), ''), wanted: true }))
const unset = new BreakpointList().with(asked)
// The adapter counts data on its own: 0 and 1 are numbers of both.
const numbers = [0, 1, 2, 3, 1]
const list = unset.answered(
  unset.entries,
  numbers.map(id => ({ id, verified: true })),
)
const paths = { same: async (one: string, other: string) => one === 'link' && other === 'a' }
const ids = async (standing: Partial<Standing>, line = 0, file = 'a', name = 'main') => {
  const whole = { reason: 'breakpoint', frame: { file, line, name }, named: [], ...standing }
  return (await standingAt(list, whole, paths)).map(({ id }) => id)
}

t.test('by its place, under any name of the file', async t => {
  t.same(await ids({}, 3), [1])
  t.same(await ids({}, 3, 'link'), [1])
  t.same(await ids({}, 3, 'other'), [])
  t.same(await ids({ frame: null }), [])
})

t.test('by what the adapter calls it, 0 too, among those of the kind that stops', async t => {
  t.same(await ids({ named: [0, 3] }), [1, 4])
  t.same(await ids({ named: [1], reason: 'data breakpoint' }), [5])
  t.same(await ids({ named: [1] }), [2])
})

t.test('a step ends at what has no condition', async t => {
  t.same(await ids({ reason: 'step' }, 3), [1])
  t.same(await ids({ reason: 'step' }, 4), [])
  t.same(await ids({}, 4), [2])
  t.same(await ids({}, 5), [], 'a logpoint stops nothing')
})

t.test('a function by its name, where the adapter says that it is one', async t => {
  t.same(await ids({ reason: 'function breakpoint' }, 9, 'a', 'f'), [4])
  t.same(await ids({}, 9, 'a', 'f'), [])
})
