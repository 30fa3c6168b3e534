import t from 'tap'
import { byteRange } from '../../lib/byte-range.ts'

const part = (first: number, last: number) => ({ kind: 'part', first, last })
const cases: readonly [header: string | undefined, length: number, expected: object][] = [
  [undefined, 10, { kind: 'whole' }],
  ['bytes=0-0', 10, part(0, 0)],
  ['bytes=2-5', 10, part(2, 5)],
  ['bytes=2-', 10, part(2, 9)],
  ['bytes=2-99999999999999999999', 10, part(2, 9)],
  ['bytes= 2-5 ', 10, part(2, 5)],
  ['BYTES=2-5', 10, part(2, 5)],
  ['bytes=-3', 10, part(7, 9)],
  ['bytes=-30', 10, part(0, 9)],
  ['bytes=-0', 10, { kind: 'unsatisfiable' }],
  ['bytes=9-', 10, part(9, 9)],
  ['bytes=10-', 10, { kind: 'unsatisfiable' }],
  ['bytes=10-20', 10, { kind: 'unsatisfiable' }],
  ['bytes=0-', 0, { kind: 'unsatisfiable' }],
  ['bytes=-3', 0, { kind: 'whole' }],
  ['bytes=5-2', 10, { kind: 'invalid' }],
  ['bytes=', 10, { kind: 'invalid' }],
  ['bytes=-', 10, { kind: 'invalid' }],
  ['bytes=a-b', 10, { kind: 'invalid' }],
  ['bytes=1-2-3', 10, { kind: 'invalid' }],
  ['bytes=0x1-2', 10, { kind: 'invalid' }],
  ['bytes=0-1,5-6', 10, { kind: 'whole' }],
  ['bytes=0-1,6-5', 10, { kind: 'invalid' }],
  ['lines=1-2', 10, { kind: 'whole' }],
  ['nonsense', 10, { kind: 'whole' }],
]
for (const [header, length, expected] of cases)
  t.test(`Range: ${header} of ${length} bytes`, async t => {
    t.strictSame(byteRange(header, length), expected)
  })
