import t from 'tap'
import type { StopDiff } from '../../../../../services/contract/debug-diff.ts'
import { fitDiff } from '../../../../../services/runner/debug/above/fit-diff.ts'
import { bytesOf } from '../../../../../services/runner/debug/above/fit-report.ts'
import {
  diffStops,
  type KeptFrame,
  type KeptLevel,
  type KeptStop,
  type KeptValue,
} from '../../../../../services/runner/debug/above/stop-diff.ts'

const level = (values: Record<string, string | KeptValue>, whole = true): KeptLevel => ({
  values: new Map(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? { value, type: 'int' } : value,
    ]),
  ),
  whole,
})
const frame = (name: string, depth: number, line: number, variables?: KeptLevel): KeptFrame => ({
  ...{ name, file: 'app.py', depth, line, variables },
})
const stop = (number: number, ...frames: KeptFrame[]): KeptStop => ({
  ...{ number, reason: 'step', thread: 1, frames },
})
const compared = (from: KeptStop, to: KeptStop): StopDiff => ({
  ...{ ...diffStops(from, to), kept: [1, 2], note: null },
})

t.test('variables come, change and go by frame, wherever the frame stands in the stack now', async t => {
  const main = frame('main', 0, 9)
  const from = stop(1, frame('f', 1, 3, level({ a: '1', b: '2', c: '3' })), main)
  const inner = frame('g', 2, 20, level({ x: '1' }))
  const to = stop(2, inner, frame('f', 1, 4, level({ a: '1', b: '5', d: '4' })), main)
  const { frames, stack, left_out, ...stops } = diffStops(from, to)
  t.same(frames, [
    {
      ...{ name: 'f', file: 'app.py', depth: 1, from: 3, to: 4 },
      variables: [
        { name: 'b', kind: 'changed', before: '2', after: '5', type: 'int', parts: [] },
        { name: 'd', kind: 'added', before: null, after: '4', type: 'int', parts: [] },
        { name: 'c', kind: 'gone', before: '3', after: null, type: 'int', parts: [] },
      ],
    },
  ])
  t.same(stack, {
    ...{ entered: [{ name: 'g', file: 'app.py', depth: 2, line: 20 }], left: [], same: 2 },
  })
  t.same(left_out, [])
  t.match(stops, { from: { number: 1, frame: { name: 'f' } }, to: { number: 2, frame: { name: 'g' } } })
  t.match(diffStops(to, from).stack, { entered: [], left: [{ name: 'g' }], same: 2 })
  t.match(diffStops(from, from), { frames: [], stack: { entered: [], left: [], same: 2 } })
})

t.test('the same function at another depth, or in another file, is another frame', async t => {
  const from = stop(1, frame('f', 1, 3, level({ n: '2' })), frame('f', 0, 3, level({ n: '3' })))
  const to = stop(2, { ...frame('f', 0, 3, level({ n: '9' })), file: 'other.py' })
  const { frames, stack } = diffStops(from, to)
  t.same(frames, [])
  t.match(stack, { entered: [{ file: 'other.py' }], left: [{ depth: 1 }, { depth: 0 }], same: 0 })
})

t.test('a structure that is the same thing is told for what it consists of', async t => {
  const thing = (parts?: KeptLevel): KeptValue => ({ value: '<Cart at 0x1>', type: 'Cart', parts })
  const at = (number: number, parts?: KeptLevel) =>
    stop(number, frame('f', 0, 3, level({ cart: thing(parts) })))
  const { frames } = diffStops(at(1, level({ sum: '1', old: '0' })), at(2, level({ sum: '2', new: '0' })))
  t.match(frames[0]?.variables, [
    {
      ...{ name: 'cart', kind: 'changed', before: '<Cart at 0x1>', after: '<Cart at 0x1>', type: 'Cart' },
      parts: [
        { name: 'sum', kind: 'changed', before: '1', after: '2' },
        { name: 'new', kind: 'added' },
        { name: 'old', kind: 'gone' },
      ],
    },
  ])
  t.same(diffStops(at(1, level({ sum: '1' })), at(2)).frames, [], 'nothing where one was not looked into')
})

t.test('of what was cut nothing is said to have come or gone', async t => {
  const some = stop(1, frame('f', 0, 3, level({ a: '1', b: '1' }, false)))
  const all = stop(2, frame('f', 0, 3, level({ a: '2', c: '1' })))
  const names = (one: KeptStop, other: KeptStop) =>
    diffStops(one, other).frames[0]?.variables.map(({ name, kind }) => `${kind} ${name}`)
  t.same(names(some, all), ['changed a', 'gone b'])
  t.same(names(all, some), ['changed a', 'added b'])
  t.match(diffStops(some, all).left_out, [/^variables of f after the first/])
})

t.test('what is too much is cut evenly, and named', async t => {
  const many = (text: string) =>
    level(
      Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [`v${i}`, { value: text.repeat(200), type: '"'.repeat(200) }]),
      ),
    )
  const frames = (text: string) => [0, 1, 2].map(at => frame('é'.repeat(2_000), 2 - at, 3, many(text)))
  const diff = compared(stop(1, ...frames('漢')), stop(2, ...frames('"')))
  const fitted = fitDiff(diff, 8_000)
  t.ok(bytesOf(fitted) <= 8_000, `${bytesOf(fitted)}`)
  t.ok((fitted.frames[0]?.variables.length ?? 0) > 1)
  t.ok(fitted.left_out.some(text => /^\d+ changes in é{80}: debug.variables$/.test(text)))
  const few = compared(
    stop(1, frame('f', 0, 3, level({ a: '1' }))),
    stop(2, frame('f', 0, 3, level({ a: '2' }))),
  )
  t.same(fitDiff(few, 8_000), few, 'what fits stays whole')
})
