import t from 'tap'
import { z } from 'zod'
import { column, nullableColumn } from '../../../services/store/json-column.ts'

t.test('equal texts have one value, which nobody can change', async t => {
  let parsed = 0
  const schema = z.object({ list: z.array(z.int()) }).transform(value => {
    parsed++
    return value
  })
  const one = column(schema, '{"list":[1]}')
  t.same(one, { list: [1] })
  t.equal(column(schema, '{"list":[1]}'), one)
  t.equal(parsed, 1)
  t.throws(() => one.list.push(2), TypeError)
  t.same(column(schema, '{"list":[2]}'), { list: [2] })
  t.equal(parsed, 2)
})

t.test('texts of another schema are other values, and what is nothing is no text', async t => {
  t.same(column(z.object({ a: z.int() }), '{"a":1}'), { a: 1 })
  t.same(column(z.looseObject({}), '{"a":1,"b":2}'), { a: 1, b: 2 })
  t.equal(nullableColumn(z.null(), null), null)
  t.equal(column(z.null(), 'null'), null)
  t.throws(() => column(z.object({ a: z.int() }), '{"a":"x"}'))
  t.throws(() => column(z.object({ a: z.int() }), '{"a":"x"}'), 'also when it is asked for again')
})

t.test('what is kept has a bound', async t => {
  let parsed = 0
  const schema = z.int().transform(value => {
    parsed++
    return value
  })
  for (let n = 0; n < 2_000; n++) t.equal(column(schema, String(n)), n)
  t.equal(column(schema, '1999'), 1_999)
  t.equal(parsed, 2_000)
  t.equal(column(schema, '0'), 0)
  t.equal(parsed, 2_001, 'it was given up meanwhile')
  const long = z.string().transform(text => text.length)
  const text = JSON.stringify('x'.repeat(300))
  t.equal(column(long, text), 300)
})
