import t from 'tap'
import { fitChunks, tailOf } from '../../../client/mcp/fit-chunks.ts'
import { fitItems } from '../../../client/mcp/fit-items.ts'
import { sizeOf } from '../../../client/mcp/part.ts'
import { Rests } from '../../../client/mcp/rests.ts'
import { shortened } from '../../../client/mcp/shortened.ts'
import { bytesOf, chunkOf, type OutputMessage } from '../../../client/sdk/log-bytes.ts'
import { commandId } from '../../../services/contract/ids.ts'

const head = { command: commandId.schema.parse('cmd_0123456789ab'), stream: 'stdout' } as const
const chunk = (content: string | Buffer, offset = 0) => chunkOf(head, offset, Buffer.from(content))
const bytes = (message: OutputMessage) => Buffer.from(bytesOf(message))

t.test('chunks are cut where they fit, at a line or at least a character', t => {
  for (const [name, content] of [
    ['lines', 'a line of text\n'.repeat(500)],
    ['one line', 'é漢👩'.repeat(1_000)],
    ['control characters', '\u0007'.repeat(5_000)],
    ['control characters between others', '\u0007é\u0007👩'.repeat(1_000)],
    ['no text after text', Buffer.concat([Buffer.alloc(2_000, 'x\0'), Buffer.alloc(4_000, 0x80)])],
    ['no text', Buffer.from(Array.from({ length: 9_000 }, (_, i) => ((i * 7_919) % 251) | 0x80))],
  ] as const)
    for (const room of [200, 201, 202, 203, 500, 1_000, 4_000]) {
      const all = chunk(content, 7)
      const [first] = fitChunks([all], room)
      t.ok(first !== undefined && sizeOf(first) < room, `${name}, ${room}: it fits`)
      if (first === undefined) continue
      t.ok(first.bytes > 0 && bytes(all).subarray(0, first.bytes).equals(bytes(first)), 'from the first byte')
      if ('text' in all) t.ok('text' in first, 'what is text stays text')
      const last = tailOf(all, room)
      t.ok(last !== undefined && sizeOf(last) < room)
      if (last === undefined) continue
      t.ok(bytes(all).subarray(-last.bytes).equals(bytes(last)), 'to the last byte')
      t.equal(last.offset + last.bytes, 7 + all.bytes)
      if ('text' in all) t.ok('text' in last)
    }
  const [first] = fitChunks([chunk('first\nsecond\nthird\n')], sizeOf(chunk('first\nsecond\nthi')) + 1)
  t.equal(String(first && bytes(first)), 'first\nsecond\n')
  t.same(fitChunks([chunk('abc')], 20), [], 'nothing, where not even a byte fits')
  t.same(fitChunks([chunk('ab\n')], -1), [])
  t.equal(tailOf(chunk('abc\n'), 20), undefined)
  t.end()
})

t.test('items are taken as long as they fit; one that alone does not is shortened', t => {
  t.same(fitItems(['aa', 'bb', 'cc'], 10), { items: ['aa', 'bb'], shortened: [] })
  t.same(fitItems([], 10), { items: [], shortened: [] })
  const { items, shortened: paths } = fitItems([{ name: 'x', value: 'v'.repeat(5_000) }], 500)
  t.match(items, [{ name: 'x', value: /^v+…$/ }])
  t.same(paths, ['value'])
  t.end()
})

t.test('what is shortened says so, and is not cut through a character', t => {
  const value = { id: 'ses_1', lines: Array.from({ length: 300 }, () => 'x'), text: '👩'.repeat(3_000) }
  t.same(shortened(value, 100_000), { value, paths: [] })
  const { value: less, paths } = shortened(value, 4_000)
  t.ok(sizeOf(less) <= 4_000)
  t.same(paths, ['lines', 'text'])
  t.match(less, { id: 'ses_1', text: /^(?:👩)+…$/u })
  t.end()
})

t.test('rests are found by their tool, until they are the oldest', t => {
  const rests = new Rests(2)
  const first = rests.keep('a', [1])
  rests.keep('a', [2])
  t.same(rests.find('a', first), [1])
  t.equal(rests.find('b', first), undefined)
  rests.keep('a', [3])
  t.equal(rests.find('a', first), undefined)
  t.end()
})
