import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { idOfOversized } from '../../../../../services/proxy/gateway/upstream/oversized.ts'
import { type Unit, Units } from '../../../../../services/proxy/gateway/upstream/units.ts'

const limit = 20

function unitsOf(chunks: readonly string[], ends: 'line' | 'emptyLine', most = limit): Unit[] {
  const units = new Units(most, ends)
  return chunks.flatMap(chunk => units.push(Buffer.from(chunk)))
}

const texts = (units: readonly Unit[]) =>
  units.map(unit => (unit.kind === 'whole' ? unit.bytes.toString() : unit.bytes))

t.test('lines, and events up to their empty line', async t => {
  t.same(texts(unitsOf(['a\nb', 'c\n\nd'], 'line')), ['a\n', 'bc\n', '\n'])
  t.same(texts(unitsOf(['data: 1\n', '\nid: 2\r', '\n\r\n', 'rest'], 'emptyLine')), [
    'data: 1\n\n',
    'id: 2\r\n\r\n',
  ])
  t.same(texts(unitsOf(['data: 1\n\r', '\n'], 'emptyLine')), ['data: 1\n\r\n'])
  t.same(texts(unitsOf([`${'x'.repeat(19)}\n${'y'.repeat(20)}\n`], 'line')), [`${'x'.repeat(19)}\n`, 21])
})

t.test('however it is cut, the same comes of it', async () => {
  const pieces = fc.array(fc.constantFrom('\n', '\r\n', 'a', 'data: x', 'y'.repeat(30)), { maxLength: 30 })
  const cuts = fc.array(fc.nat(400), { maxLength: 20 })
  fc.assert(
    fc.property(pieces, cuts, fc.constantFrom('line' as const, 'emptyLine' as const), (parts, at, ends) => {
      const text = parts.join('')
      const places = [0, ...at.filter(place => place < text.length).sort((a, b) => a - b), text.length]
      const chunks = places.slice(1).map((end, index) => text.slice(places[index], end))
      assert.deepEqual(unitsOf(chunks, ends), unitsOf([text], ends))
    }),
  )
})

t.test('the request is found that an answer is for which was too long to be read', async t => {
  const result = `"result":{"content":"${'x'.repeat(5_000)}","id":99}`
  const idOf = (line: string) => {
    const [unit] = unitsOf([`${line}\n`], 'line', 1_000)
    return unit?.kind === 'oversized' ? idOfOversized(unit) : 'whole'
  }
  t.equal(idOf(`{"jsonrpc":"2.0","id":7,${result}}`), 7)
  t.equal(idOf(`{"id": 7, "jsonrpc":"2.0",${result}}`), 7)
  t.equal(idOf(`{"jsonrpc":"2.0",${result},"id":7}`), 7)
  t.equal(idOf(`{${result},"id":7,"jsonrpc":"2.0"}`), 7)
  t.equal(idOf(`{"jsonrpc":"2.0",${result}}`), undefined, 'an id within it is none of it')
  t.equal(idOf('{"jsonrpc":"2.0","id":7,"result":{}}'), 'whole')
})

t.test(
  'what comes byte by byte, or in the shortest of lines, takes no more memory than it is long',
  async t => {
    const bytes = 1_000_000
    const memory = () => {
      const { heapUsed, external } = process.memoryUsage()
      return heapUsed + external
    }
    for (const chunk of [Buffer.from('xy'), Buffer.from('x\n'.repeat(bytes / 4))]) {
      const units = new Units(2 * bytes, 'emptyLine')
      const before = memory()
      for (let pushed = 0; pushed < bytes; pushed += chunk.length) units.push(chunk)
      const held = memory() - before
      t.ok(held < 20 * bytes, `${held} bytes`)
      const [unit] = units.push(Buffer.from('\n\n'))
      t.equal(unit?.kind === 'whole' && unit.bytes.length > bytes, true)
    }
  },
)
