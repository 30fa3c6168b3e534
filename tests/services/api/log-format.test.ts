import { isUtf8 } from 'node:buffer'
import t from 'tap'
import { type OutputEvent, toLogMessage } from '../../../services/api/logs/log-event.ts'
import { toJson } from '../../../services/api/logs/log-format.ts'
import { chunkLength } from '../../../services/api/logs/utf8-chunk.ts'
import { commandId } from '../../../services/contract/ids.ts'
import { logMessageSchema } from '../../../services/contract/log-message.ts'

const command = commandId.create()

const output = (data: Buffer): OutputEvent => ({
  ...{ type: 'output', command, stream: 'stdout', offset: 7, data },
})

/** What it is to be, byte for byte. */
const plainly = (event: OutputEvent, end = '') => Buffer.from(JSON.stringify(toLogMessage(event)) + end)

/** The bytes that a client gets out of a message. */
function received(json: Buffer): Buffer {
  if (!isUtf8(json)) throw new Error('a message that is no UTF-8')
  const message = logMessageSchema.parse(JSON.parse(json.toString('utf8')))
  if (message.type !== 'output') throw new Error(message.type)
  return 'text' in message ? Buffer.from(message.text) : Buffer.from(message.base64, 'base64')
}

const texts: Record<string, string> = {
  nothing: '',
  'every ASCII character': String.fromCharCode(...Array(128).keys()),
  'what JSON escapes': '"\\/\b\f\n\r\t\u0000\u001f\u007f',
  'the characters that latin1 has': String.fromCharCode(...Array.from({ length: 128 }, (_, i) => 128 + i)),
  'two, three and four bytes': 'é€日😀',
  'the first and last of each length': '\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}',
  'the neighbours of surrogates': '\ud7ff\ue000',
  'line and paragraph separators': '\u2028\u2029\u0085',
  'a byte order mark, at the beginning and later': '\ufeffa\ufeff',
  'a replacement character that was written': '\ufffd',
  'what looks like an escape': '\\u00e9 é \\ud83d',
  'combined characters, as they are': 'e\u0301 \u00e9 👩‍👩‍👧',
}
for (const [name, text] of Object.entries(texts))
  t.test(`text as JSON: ${name}`, async t => {
    const data = Buffer.from(text)
    const json = toJson(output(data))
    t.ok(json.equals(plainly(output(data))))
    t.ok(received(json).equals(data))
    t.match(JSON.parse(json.toString()), { text, bytes: data.length, offset: 7 })
  })

const bytes: Record<string, number[]> = {
  'half of a character': [0x61, 0xe2, 0x82],
  'a surrogate in three bytes (CESU-8)': [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  'an overlong form': [0xc0, 0xaf],
  'beyond the last character': [0xf4, 0x90, 0x80, 0x80],
  'a byte that no character has': [0xff, 0xfe],
  'latin1, which is no UTF-8': [0xe9, 0x20],
}
for (const [name, values] of Object.entries(bytes))
  t.test(`bytes that are no text go as base64: ${name}`, async t => {
    const event = output(Buffer.from(values))
    const json = toJson(event)
    t.ok(json.equals(plainly(event)))
    t.equal(JSON.parse(json.toString()).base64, Buffer.from(values).toString('base64'))
    t.ok(received(json).equals(event.data))
  })

t.test('every character there is', async t => {
  for (let plane = 0; plane <= 0x10; plane++) {
    const codes = Array.from({ length: 0x10000 }, (_, index) => plane * 0x10000 + index)
    const valid = codes.filter(code => code < 0xd800 || code > 0xdfff)
    const data = Buffer.from(valid.map(code => String.fromCodePoint(code)).join(''))
    const json = toJson(output(data))
    t.ok(json.equals(plainly(output(data))) && received(json).equals(data), `plane ${plane}`)
  }
})

t.test('a log that is cut anywhere, and damaged anywhere, arrives byte for byte', async t => {
  const log = Buffer.from('a é € 😀 \u2028 "\\" '.repeat(4))
  for (let size = 4; size < 12; size++)
    for (let damaged = -1; damaged < log.length; damaged++) {
      const wanted = Buffer.from(log)
      if (damaged >= 0) wanted[damaged] = 0xff
      const got: Buffer[] = []
      for (let at = 0; at < wanted.length; ) {
        const piece = wanted.subarray(at, at + size)
        const length = chunkLength(piece, at + piece.length >= wanted.length)
        const event = output(piece.subarray(0, length))
        const json = toJson(event)
        if (!json.equals(plainly(event))) t.fail(`other JSON, size ${size}, damaged ${damaged}, at ${at}`)
        got.push(event.data)
        at += length
      }
      if (!Buffer.concat(got).equals(wanted)) t.fail(`other bytes, size ${size}, damaged ${damaged}`)
    }
  t.pass()
})

t.test('what comes behind a message is added once, to text, to bytes and to the end', async t => {
  for (const data of [Buffer.from('é'), Buffer.from([0xff])])
    t.ok(toJson(output(data), '\n').equals(plainly(output(data), '\n')))
  t.equal(
    toJson({ type: 'end', reason: 'complete' }, '\n').toString(),
    '{"type":"end","reason":"complete"}\n',
  )
})
