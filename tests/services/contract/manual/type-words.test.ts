import t from 'tap'
import { z } from 'zod'
import { inputSchema } from '../../../../services/contract/json-schemas.ts'
import { typeWords } from '../../../../services/contract/manual/type-words.ts'

const table: readonly [z.ZodType, words: string][] = [
  [z.string(), 'string'],
  [z.string().max(1_000), 'string (at most 1,000 characters)'],
  [z.iso.datetime(), 'instant'],
  [z.int(), 'integer'],
  [z.int().min(1).max(200), 'integer (from 1 up to 200)'],
  [z.number().positive(), 'number (above 0)'],
  [z.boolean(), 'boolean'],
  [z.literal('ok'), '`ok`'],
  [z.enum(['a', 'b']), '`a` | `b`'],
  [z.string().nullable(), 'string | null'],
  [z.union([z.string(), z.int(), z.string()]), 'string | integer'],
  [z.array(z.string()).max(5), 'list of string (at most 5)'],
  [z.array(z.enum(['a', 'b'])), 'list of (`a` | `b`)'],
  [z.record(z.string(), z.int()), 'object of integer'],
  [z.object({ a: z.int(), b: z.array(z.boolean()) }), '{ a: integer; b: list of boolean }'],
  [z.object({}), 'object'],
  [z.unknown(), 'anything'],
]

t.test('a schema in words', t => {
  for (const [schema, words] of table) {
    const { field = {} } = inputSchema(z.object({ field: schema })).properties
    t.equal(typeWords(field), words)
  }
  t.equal(
    typeWords({ $ref: '#/components/schemas/Session' }, name => `<${name}>`),
    '<Session>',
  )
  t.end()
})
