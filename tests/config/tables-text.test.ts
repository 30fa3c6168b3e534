import fc from 'fast-check'
import t from 'tap'
import { parseToml } from '../../config/parse-toml.ts'
import { documentText, tablesText } from '../../config/tables-text.ts'

const value = fc.letrec(tie => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true }).map(one => (Object.is(one, -0) ? 0 : one)),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(
      fc.string().filter(key => key !== '__proto__'),
      tie('any'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
})).any
const table = fc.dictionary(
  fc.string().filter(key => key !== '__proto__'),
  value,
  { maxKeys: 4, noNullPrototype: true },
)

t.test('what is written is read again as it was', t => {
  fc.assert(
    fc.property(table, table, (one, other) => {
      const tables = { servers: { one, other } }
      const read = parseToml(tablesText(tables))
      t.same(read, { kind: 'values', values: tables })
    }),
    { numRuns: 200 },
  )
  t.end()
})

t.test('a document has its keys at the top before its tables', t => {
  fc.assert(
    fc.property(table, one => {
      t.same(parseToml(documentText(one)), { kind: 'values', values: one })
    }),
    { numRuns: 200 },
  )
  t.equal(documentText({ a: { b: 1 }, c: 'd' }), 'c = "d"\n\n[a]\nb = 1\n')
  t.end()
})

t.test('each key has a line of its own', t => {
  const text = tablesText({
    servers: {
      a: { command: 'x', args: ['1', '"\n\x7f'], env: { KEY: 'v' }, tools: { 'a b': { hidden: true } } },
    },
    composites: {},
  })
  t.equal(
    text,
    '[servers.a]\ncommand = "x"\nargs = ["1", "\\"\\n\\u007F"]\n\n[servers.a.env]\nKEY = "v"\n\n[servers.a.tools."a b"]\nhidden = true\n',
  )
  t.end()
})

t.test('what TOML has no word for is named', t => {
  t.throws(() => tablesText({ servers: { a: { x: [1, null] } } }), {
    message: 'servers.a.x.1 cannot be written: TOML has no word for null',
  })
  t.throws(() => tablesText({ servers: { a: 1 } }), {
    message: 'servers.a cannot be written: expected a table',
  })
  t.end()
})
