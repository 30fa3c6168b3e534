import t from 'tap'
import { OpenCalls, type Told } from '../../../../../services/runner/debug/above/open-calls.ts'

const call = (probe: number) => ({ probe, function: `f${probe}`, arguments: [] })
const inShort = (told: readonly Told[]) =>
  told.map(({ probe, ended, result, depth, ms }) => `${probe} ${ended} ${result} at ${depth} after ${ms}`)

t.test('calls end by how deep they lie', async t => {
  const calls = new OpenCalls('main')
  t.same(calls.began(call(1), 0, 5, true), [])
  t.same(calls.began(call(2), 1, 8, true), [])
  t.same(inShort(calls.returned(1, 4, 5)), ['2 raised null at 1 after 3'], 'an exception has left it')
  t.same(inShort(calls.resulted('7')), ['1 returned 7 at 0 after 4'])
  t.same(inShort(calls.began(call(3), 5, 2, false)), ['3 unseen null at 0 after null'])
  t.same(calls.finish(), [])
})

t.test('those of what is traced no more are forgotten', async t => {
  const calls = new OpenCalls('main')
  calls.began(call(1), 0, 5, true)
  calls.began(call(2), 1, 8, true)
  calls.forget(1)
  t.same(inShort(calls.began(call(2), 2, 3, true)), ['2 raised null at 1 after 1'])
  t.same(inShort(calls.finish()), ['2 open null at 0 after null'])
})

t.test('what may have returned unheard of is not told to have been left', async t => {
  const calls = new OpenCalls('main')
  calls.began(call(1), 0, 5, true)
  calls.unsure()
  calls.began(call(2), 1, 8, true)
  t.same(inShort(calls.returned(1, 4, 5, null)), [
    '2 raised null at 1 after 3',
    '1 returned null at 0 after 4',
  ])
  calls.began(call(1), 5, 5, true)
  calls.unsure()
  t.same(inShort(calls.began(call(1), 6, 5, true)), ['1 unseen null at 0 after null'])
})
