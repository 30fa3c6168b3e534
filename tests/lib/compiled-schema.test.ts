import t from 'tap'
import { z } from 'zod'
import { compiledSchema } from '../../lib/compiled-schema.ts'

const name = z.string().min(1).max(5)
const even = z.int().refine(value => value % 2 === 0, 'odd')
const kinds: Readonly<Record<string, z.ZodType>> = {
  plain: z.object({ name, even: even.optional(), left: z.boolean().default(true) }),
  strict: z.strictObject({ name }),
  loose: z.looseObject({ name: name.nullish() }),
  record: z.record(z.string(), even),
  union: z.discriminatedUnion('type', [
    z.object({ type: z.literal('a'), name }),
    z.object({ type: z.literal('b'), list: z.array(even).max(2) }),
  ]),
  changed: name.transform(text => text.length).pipe(even),
}

/** As it comes over a wire. */
const given = [
  ...[
    '{"name":"ann"}',
    '{"name":"ann","even":2,"left":false}',
    '{"name":"ann","even":3}',
    '{"name":"😀😀😀"}',
  ],
  ...[
    '{"name":""}',
    '{"name":"longer"}',
    '{"name":null}',
    '{"name":"ann","more":1}',
    '{}',
    '[]',
    'null',
    '2',
  ],
  ...[
    '{"name":"ann","__proto__":{"even":2}}',
    '{"__proto__":{"name":"ann"}}',
    '{"constructor":2,"toString":4}',
  ],
  ...[
    '{"type":"a","name":"ann"}',
    '{"type":"b","list":[2,4]}',
    '{"type":"b","list":[2,4,6]}',
    '{"type":"c"}',
  ],
  ...['"abcd"', '"abc"', '"abcdef"'],
]

for (const [kind, schema] of Object.entries(kinds))
  t.test(`compiled, ${kind} takes and refuses what it did`, async t => {
    const compiled = compiledSchema(schema)
    t.not(compiled, schema, 'it can be compiled')
    t.equal(compiledSchema(schema), compiled, 'once')
    const taken = given.filter(text => {
      const [told, plain] = [compiled, schema].map(one => one.safeParse(JSON.parse(text)))
      t.strictSame(told, plain, text)
      return plain?.success
    })
    t.ok(taken.length > 0 && taken.length < given.length)
    t.equal(Reflect.get({}, 'even'), undefined)
  })
