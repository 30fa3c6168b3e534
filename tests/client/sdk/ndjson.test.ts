import t from 'tap'
import { lines } from '../../../client/sdk/ndjson.ts'

const split = async (...chunks: (string | Buffer)[]) => {
  const found: string[] = []
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  })()
  for await (const line of lines(source)) found.push(line)
  return found
}

t.test('lines are found across chunks, and characters stay whole', async t => {
  t.same(await split('a\nb', 'c\n', '', 'd\ne\n'), ['a', 'bc', 'd', 'e'])
  const euro = Buffer.from('€\n')
  t.same(await split(euro.subarray(0, 1), euro.subarray(1, 2), euro.subarray(2)), ['€'])
})

t.test('empty lines and a last line that was cut off are left out', async t => {
  t.same(await split('\n \na\r\n\nb'), ['a\r'])
  t.same(await split(), [])
})
