import t from 'tap'
import { footerBytes, parseSeekTable, seekTable, tableBytes } from '../../../lib/seekable-zstd/seek-table.ts'

const frames = [
  { compressed: 0x0102, plain: 0x10000 },
  { compressed: 7, plain: 5 },
]
const bytes = Buffer.from(
  [
    // A skippable frame of 25 bytes: two entries, then how many there are, no flags, and the last word.
    '5e2a4d18 19000000',
    '02010000 00000100',
    '07000000 05000000',
    '02000000 00 b1ea928f',
  ]
    .join('')
    .replaceAll(' ', ''),
  'hex',
)

t.test('the table is written as the format has it, and read again', async t => {
  t.same(seekTable(frames), bytes)
  t.equal(tableBytes(bytes.subarray(-footerBytes)), bytes.length)
  t.same(parseSeekTable(bytes), frames)
  t.same(parseSeekTable(seekTable([])), [])
})

t.test('what is no table is told from one', async t => {
  const footer = bytes.subarray(-footerBytes)
  const changed = (from: Buffer, at: number) => Buffer.from(from).fill(from.readUInt8(at) ^ 0x40, at, at + 1)
  t.equal(tableBytes(footer.subarray(1)), undefined, 'too short')
  for (const at of [4, 5, 8]) t.equal(tableBytes(changed(footer, at)), undefined, `byte ${at}`)
  for (const at of [0, 4]) t.equal(parseSeekTable(changed(bytes, at)), undefined, `byte ${at}`)
  t.equal(parseSeekTable(bytes.subarray(8)), undefined)
})
