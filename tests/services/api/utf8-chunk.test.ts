import { isUtf8 } from 'node:buffer'
import t from 'tap'
import { chunkLength } from '../../../services/api/logs/utf8-chunk.ts'

const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))))

const cases = [
  { name: 'ASCII', from: bytes('abc'), length: 3, isText: true },
  { name: 'whole characters', from: bytes('aé€😀'), length: 10, isText: true },
  { name: 'two bytes without the second', from: bytes('a', 0xc3), length: 1, isText: true },
  { name: 'three bytes without the last', from: bytes('a', 0xe2, 0x82), length: 1, isText: true },
  { name: 'four bytes without the last', from: bytes('a', 0xf0, 0x9f, 0x98), length: 1, isText: true },
  { name: 'only the beginning of a character', from: bytes(0xf0, 0x9f), length: 0, isText: true },
  { name: 'the rest of a character, then text', from: bytes(0x82, 0xac, 'abc'), length: 2, isText: false },
  { name: 'continuations without end', from: Buffer.alloc(9, 0x80), length: 3, isText: false },
  { name: 'a byte that no character has', from: bytes('a', 0xff, 'b'), length: 3, isText: false },
  { name: 'an overlong form', from: bytes(0xc0, 0xaf, 'b'), length: 3, isText: false },
  { name: 'a NUL', from: bytes('a', 0, 'b'), length: 3, isText: true },
]
for (const { name, from, length, isText } of cases)
  t.test(`a chunk of ${name}`, t => {
    t.equal(chunkLength(from, false), length)
    t.equal(isUtf8(from.subarray(0, length)), isText)
    t.end()
  })

t.test('the last chunk holds nothing back', t => {
  t.equal(chunkLength(bytes('a', 0xc3), true), 2)
  t.equal(chunkLength(bytes(0xf0, 0x9f), true), 2)
  t.end()
})

/** The chunks of a log that is read in pieces of `size`. */
function chunksOf(log: Buffer, from: number, size: number) {
  const chunks = []
  for (let at = from; at < log.length; ) {
    const piece = log.subarray(at, at + size)
    const length = chunkLength(piece, at + piece.length >= log.length)
    if (length === 0) throw new RangeError('nothing was taken')
    const bytes = piece.subarray(0, length)
    chunks.push({ bytes, isText: isUtf8(bytes) })
    at += length
  }
  return chunks
}

t.test('text stays text and no byte is lost, however it is cut and wherever it is begun', t => {
  const log = Buffer.from('plain, é ö, €, 日本語, 😀😀 and plain again\n'.repeat(3))
  for (let size = 4; size < 30; size++)
    for (let from = 0; from < 40; from++) {
      const chunks = chunksOf(log, from, size)
      const back = Buffer.concat(
        chunks.map(chunk => (chunk.isText ? Buffer.from(chunk.bytes.toString()) : chunk.bytes)),
      )
      if (!back.equals(log.subarray(from))) t.fail(`from ${from} by ${size}`)
      if (chunks.slice(1).some(chunk => !chunk.isText)) t.fail(`no text from ${from} by ${size}`)
    }
  t.end()
})

t.test('any bytes come back as they are', t => {
  let seed = 42
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return seed >> 8
  }
  for (let round = 0; round < 300; round++) {
    const log = Buffer.from(
      Array.from({ length: 64 }, () => (random() % 3 ? 0x80 + (random() % 128) : random() % 128)),
    )
    for (const { bytes, isText } of chunksOf(log, 0, 4 + (random() % 20)))
      if (isText && !Buffer.from(bytes.toString()).equals(bytes)) t.fail('called text what is none')
    const back = Buffer.concat(chunksOf(log, 0, 7).map(chunk => chunk.bytes))
    t.ok(back.equals(log) && (isUtf8(log) || chunksOf(log, 0, 64).some(chunk => !chunk.isText)))
  }
  t.end()
})
