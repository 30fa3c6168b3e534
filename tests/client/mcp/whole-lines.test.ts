import { Readable } from 'node:stream'
import t from 'tap'
import { wholeLines } from '../../../client/mcp/whole-lines.ts'

const through = async (chunks: readonly string[], most = 100) =>
  (await Array.fromAsync(Readable.from(chunks.map(text => Buffer.from(text))).pipe(wholeLines(most)))).map(
    String,
  )

t.test('lines come whole, however their bytes came', async t => {
  t.same(await through(['a\nb', 'c', '\nd\n', '\n']), ['a\n', 'bc\nd\n', '\n'])
  t.same(await through(['a', 'b', 'c\n']), ['abc\n'])
  t.same(await through(['a\n', 'no end']), ['a\n'])
})

t.test('what is too long is passed on, and none of it is kept', async t => {
  t.same(await through(['aaa', 'bbb', 'ccc', 'd\ne\n'], 5), ['aaabbb', 'cccd\ne\n'])
})
