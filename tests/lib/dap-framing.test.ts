import t from 'tap'
import { DapDecoder, DapFramingError, encodeDap } from '../../lib/dap-framing.ts'

const messages = [{ seq: 1, text: 'ä€😀' }, {}, { seq: 3, text: '\r\n\r\nContent-Length: 5\r\n\r\n' }]
const stream = Buffer.from(messages.map(encodeDap).join(''))
const read = (...pieces: Buffer[]) => {
  const decoder = new DapDecoder()
  return pieces.flatMap(piece => decoder.push(piece)).map(text => JSON.parse(text))
}

t.test('messages are the same wherever the stream is split', async t => {
  t.same(read(stream), messages)
  for (let at = 0; at <= stream.length; at++)
    t.same(read(stream.subarray(0, at), stream.subarray(at)), messages, `split at ${at}`)
  t.same(read(...[...stream].map(byte => Buffer.from([byte]))), messages, 'byte by byte')
})

t.test('a message is told as soon as its last byte is there', async t => {
  const decoder = new DapDecoder()
  const one = Buffer.from(encodeDap({ seq: 1 }))
  t.same(decoder.push(one.subarray(0, -1)), [])
  t.same(decoder.push(one.subarray(-1)), ['{"seq":1}'])
})

t.test('headers of any case, other headers and an empty message are read', async t => {
  const text = 'content-length:2\r\nContent-Type: x\r\n\r\n{}Content-Length: 0\r\n\r\n'
  t.same(new DapDecoder().push(Buffer.from(text)), ['{}', ''])
})

const bad: [name: string, text: string][] = [
  ['garbage with an end', 'hello\r\n\r\n'],
  ['garbage without an end', 'x'.repeat(5_000)],
  ['a length that is no number', 'Content-Length: ten\r\n\r\n'],
  ['a negative length', 'Content-Length: -1\r\n\r\n'],
  ['a message of more than 64 MB', 'Content-Length: 67108865\r\n\r\n'],
  ['a length beyond all numbers', `Content-Length: ${'9'.repeat(30)}\r\n\r\n`],
]
for (const [name, text] of bad)
  t.test(`${name} is refused`, async t => {
    t.throws(() => new DapDecoder().push(Buffer.from(text)), DapFramingError)
  })

t.test('a header may have 4096 bytes', async t => {
  const header = 'Content-Length: 2\r\nX: '
  const text = `${header}${'x'.repeat(4_096 - header.length)}\r\n\r\n{}`
  t.same(new DapDecoder().push(Buffer.from(text)), ['{}'])
})
