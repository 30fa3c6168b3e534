import t from 'tap'
import { MiSyntaxError, parseMiRecord } from '../../../../../services/runner/debug/gdb/mi-record.ts'

const plain = (line: string) => JSON.parse(JSON.stringify(parseMiRecord(line) ?? null))

t.test('records of every kind', async t => {
  for (const [line, record] of [
    ['^done', { kind: 'result', class: 'done', results: {} }],
    ['17^error,msg="no"', { kind: 'result', token: 17, class: 'error', results: { msg: 'no' } }],
    [
      '*stopped,reason="exited",exit-code="03"',
      { kind: 'exec', class: 'stopped', results: { reason: 'exited', 'exit-code': '03' } },
    ],
    ['+download', { kind: 'status', class: 'download', results: {} }],
    ['=thread-created,id="1"', { kind: 'notify', class: 'thread-created', results: { id: '1' } }],
    ['~"hello\\n"', { kind: 'console', text: 'hello\n' }],
    ['@""', { kind: 'target', text: '' }],
    ['&"said\\t\\"it\\""', { kind: 'log', text: 'said\t"it"' }],
    [
      '1^done,a={},b=[],c=["x","y"],d=[f={n="1"},f={n="2"}],e={f=[{g="h"}]}',
      {
        kind: 'result',
        token: 1,
        class: 'done',
        results: { a: {}, b: [], c: ['x', 'y'], d: [{ n: '1' }, { n: '2' }], e: { f: [{ g: 'h' }] } },
      },
    ],
  ] as const)
    t.same(plain(line), record, line)
})

t.test('texts come as UTF-8, in octal or as bytes, and whole only at their end', async t => {
  const text = (line: string) => plain(line).text
  t.equal(text('~"h\\303\\251llo \\342\\234\\223"'), 'héllo ✓')
  t.equal(text(Buffer.from('~"héllo ✓"').toString('latin1')), 'héllo ✓')
  t.equal(text('~"\\377x"'), '\ufffdx', 'what is no UTF-8 is told as such')
  t.equal(text('~"\\1a\\0018\\\\n\\e\\q"'), '\u0001a\u00018\\n\u001bq')
})

t.test('what is no record is none', async t => {
  for (const line of ['', '(gdb) ', 'hello', ' ^done', 'x~"a"', '9999999999999999^done'])
    t.equal(parseMiRecord(line), undefined, JSON.stringify(line))
})

t.test('what begins like one and is none is an error that shows it', async t => {
  for (const line of [
    '^',
    '^done,',
    '^done,a',
    '^done,a=',
    '^done,a="',
    '^done,a="\\',
    '^done,a={b="c"',
    '^done,a=["b",c]',
    '^done,a=b',
    '^done,a="b"c="d"',
    '~text',
    '~"a" "b"',
    `*stopped,a=${'['.repeat(100)}${']'.repeat(100)}`,
  ])
    t.throws(() => parseMiRecord(line), MiSyntaxError, line)
  t.throws(() => parseMiRecord('^done,a=b'), { message: 'no value at 8 of "^done,a=b"' })
})

t.test('names are whatever came: none reaches the prototype of an object', async t => {
  const record = parseMiRecord('^done,__proto__={polluted="1"},constructor="2"')
  t.equal(Object.getPrototypeOf({}).polluted, undefined)
  t.match(record, { results: { constructor: '2' } })
  t.equal(parseMiRecord('^done,a="1",a="2"')?.kind === 'result' && plain('^done,a="1",a="2"').results.a, '1')
})

t.test('a record of megabytes is read in time', async t => {
  const frame = 'frame={level="1",addr="0x0000555555555160",func="leaf",file="b.c",line="6"}'
  const began = performance.now()
  const record = plain(`1^done,stack=[${Array(50_000).fill(frame).join()}]`)
  t.equal(record.results.stack.length, 50_000)
  t.ok(performance.now() - began < 10_000)
})
