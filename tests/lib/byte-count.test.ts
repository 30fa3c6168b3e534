import t from 'tap'
import { bytesOf, sizeText } from '../../lib/byte-count.ts'

t.test('sizes are read as people type them', async t => {
  for (const [text, bytes] of [
    ['0', 0],
    ['4096', 4096],
    ['4096B', 4096],
    ['1k', 1024],
    ['512M', 512 * 2 ** 20],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['2TB', 2 * 2 ** 40],
  ] as const)
    t.equal(bytesOf(text), bytes, text)
  for (const text of ['', 'M', '-1', '1.', '1 X', '1MM', '1e3', '0x10', 'ten', '1 G B'])
    t.equal(bytesOf(text), undefined, text)
})

t.test('and written as people read them', async t => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [10 * 2 ** 20 + 1, '10 MiB'],
    [2 ** 30, '1 GiB'],
    [5_000 * 2 ** 40, '5000 TiB'],
  ] as const)
    t.equal(sizeText(bytes), text)
})
