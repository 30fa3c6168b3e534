import t from 'tap'
import { z } from 'zod'
import { flagCandidates } from '../../../../tasks/engine/completion/param-candidates.ts'
import { declareParams } from '../../../../tasks/engine/params/declare.ts'
import { GivenWords } from '../../../../tasks/engine/params/given-words.ts'
import { usageOf } from '../../../../tasks/engine/params/usage.ts'
import type { ParamShape } from '../../../../tasks/engine/task.ts'

const declare = (shape: ParamShape) => declareParams('build', shape)

t.test('a declaration of each kind, which survives JSON', async t => {
  const declarations = declare({
    port: z.coerce
      .number()
      .int()
      .min(1)
      .default(8000)
      .describe('where it listens')
      .meta({ env: 'PORT', short: 'p', value: 'N' }),
    name: z.enum(['unit', 'e2e']).meta({ positional: true }),
    files: z.array(z.string()).default([]).meta({ positional: true, value: 'FILE' }),
    expiresIn: z.string().optional(),
    force: z.boolean().default(false),
  })
  t.same(JSON.parse(JSON.stringify(declarations)), declarations)
  const flag = { positional: false, variadic: false, required: false }
  t.same(declarations, [
    {
      ...flag,
      name: 'port',
      flag: '--port',
      short: '-p',
      kind: 'value',
      default: '8000',
      env: 'PORT',
      value: 'N',
      describe: 'where it listens',
    },
    {
      ...flag,
      name: 'name',
      flag: '--name',
      kind: 'value',
      positional: true,
      required: true,
      value: 'NAME',
      choices: ['unit', 'e2e'],
    },
    {
      ...flag,
      name: 'files',
      flag: '--files',
      kind: 'list',
      positional: true,
      variadic: true,
      value: 'FILE',
    },
    { ...flag, name: 'expiresIn', flag: '--expires-in', kind: 'value', value: 'EXPIRES-IN' },
    { ...flag, name: 'force', flag: '--force', kind: 'boolean', default: 'false' },
  ])
})

const kinds: [name: string, schema: z.ZodType, declared: object][] = [
  ['a number', z.number(), { kind: 'value', value: 'N', required: true }],
  ['a bigint', z.bigint(), { value: 'N' }],
  ['a URL', z.url(), { kind: 'value', value: 'IT' }],
  ['a date', z.coerce.date().default(new Date(0)), { default: '1970-01-01T00:00:00.000Z' }],
  ['literals', z.literal(['a', 1]), { choices: ['a', '1'] }],
  ['numeric entries', z.enum({ low: 1, high: 2 }), { choices: ['1', '2'] }],
  ['a union of choices', z.union([z.literal('auto'), z.enum(['x', 'y'])]), { choices: ['auto', 'x', 'y'] }],
  ['a union with a number', z.union([z.literal('auto'), z.number()]), { kind: 'value' }],
  ['a list of choices', z.array(z.enum(['a', 'b'])).default(['a', 'b']), { kind: 'list', default: 'a, b' }],
  ['a list of numbers', z.array(z.int()), { kind: 'list', value: 'N', required: true }],
  ['a transform', z.string().transform(text => text.length), { kind: 'value', required: true }],
  ['a list that is transformed', z.array(z.string()).transform(all => all.length), { kind: 'list' }],
  ['a preprocessed boolean', z.preprocess(value => value, z.boolean()), { kind: 'boolean' }],
  ['words for yes and no', z.stringbool(), { kind: 'value' }],
  [
    'nullable, readonly, caught',
    z.string().nullable().readonly().catch('x'),
    { kind: 'value', required: false },
  ],
  ['a lazy one', z.lazy(() => z.boolean().default(true)), { kind: 'boolean' }],
  ['prefault', z.string().prefault('x'), { required: false, default: 'x' }],
  [
    'said inside, wrapped outside',
    z.string().describe('what').meta({ short: 'i' }).optional(),
    { describe: 'what', short: '-i' },
  ],
  ['the outer word is the last', z.string().describe('in').optional().describe('out'), { describe: 'out' }],
]
for (const [name, schema, declared] of kinds)
  t.test(name, async t => {
    t.match(declare({ it: schema })[0], declared)
  })

t.test('names', async t => {
  const names = {
    expiresIn: '--expires-in',
    HTTPPort: '--http-port',
    max_size: '--max-size',
    x2: '--x2',
    'dry-run': '--dry-run',
  }
  for (const [name, flag] of Object.entries(names)) t.equal(declare({ [name]: z.string() })[0]?.flag, flag)
})

const faults: { name: string; shape: object; message: string | RegExp; fix?: RegExp }[] = [
  {
    name: 'an unknown key',
    shape: { a: z.string().meta({ shrt: 'a' }) },
    message: 'parameter "a" of "build": meta has an unknown key "shrt"',
    fix: /positional, short, env, value and hidden/,
  },
  {
    name: 'two letters',
    shape: { a: z.string().meta({ short: 'ab' }) },
    message: /meta\.short is "ab", expected one letter/,
  },
  { name: 'a dash', shape: { a: z.string().meta({ short: '-' }) }, message: /meta\.short is "-"/ },
  {
    name: 'no variable',
    shape: { a: z.string().meta({ env: 'A B' }) },
    message: /meta\.env is "A B", expected the name of an env/,
  },
  {
    name: 'positional by text',
    shape: { a: z.string().meta({ positional: 'yes' }) },
    message: /meta\.positional is "yes", expected true/,
  },
  { name: 'an empty label', shape: { a: z.string().meta({ value: '' }) }, message: /meta\.value is ""/ },
  {
    name: 'one flag twice',
    shape: { maxSize: z.string(), max_size: z.string() },
    message: 'parameters "maxSize" and "max_size" of "build" are both --max-size',
  },
  {
    name: 'a flag and a negation',
    shape: { noCache: z.string(), cache: z.boolean() },
    message: 'parameters "noCache" and "cache" of "build" are both --no-cache',
  },
  {
    name: 'one letter twice',
    shape: { a: z.string().meta({ short: 'x' }), b: z.string().meta({ short: 'x' }) },
    message: /are both -x$/,
  },
  {
    name: 'a place behind the last',
    shape: {
      all: z.array(z.string()).meta({ positional: true }),
      one: z.string().meta({ positional: true }),
    },
    message: 'parameter "one" of "build": no word is left for it, "all" takes them all',
    fix: /before it/,
  },
  {
    name: 'a boolean in a place',
    shape: { a: z.boolean().meta({ positional: true }) },
    message: /a boolean is a flag/,
  },
  {
    name: 'an object',
    shape: { a: z.object({}) },
    message: 'parameter "a" of "build": a word of the command line cannot be z.object()',
  },
  { name: 'a record', shape: { a: z.record(z.string(), z.string()) }, message: /cannot be z\.record\(\)/ },
  { name: 'anything', shape: { a: z.unknown() }, message: /cannot be z\.unknown\(\)/ },
  { name: 'a date', shape: { a: z.date() }, message: /cannot be z\.date\(\): write z\.coerce\.date\(\)/ },
  {
    name: 'lists of lists',
    shape: { a: z.array(z.array(z.string())) },
    message: /cannot be a list in an array/,
  },
  {
    name: 'a union with a boolean',
    shape: { a: z.union([z.string(), z.boolean()]) },
    message: /cannot be a boolean in a union/,
  },
  {
    name: 'a literal that is no word',
    shape: { a: z.literal(true) },
    message: /cannot be z\.literal\(true\)/,
  },
  { name: 'no schema', shape: { a: 'text' }, message: /it is no zod schema/ },
  { name: 'no flag', shape: { 'a b': z.string() }, message: /--a b cannot be a flag/ },
  { name: 'a digit first', shape: { '2x': z.string() }, message: /--2x cannot be a flag/ },
]
for (const { name, shape, message, fix } of faults)
  t.test(`wrong: ${name}`, async t => {
    // Types would refuse some of these; a Taskfile is not always checked.
    t.throws(() => declare(Object(shape)), { name: 'UserError', message, ...(fix && { fix }) })
  })

t.test('what is hidden is taken, and offered neither in usage nor at a TAB', async t => {
  const declarations = declare({
    shown: z.string().optional(),
    old: z.string().optional().meta({ hidden: true }),
  })
  t.match(declarations, [{ name: 'shown' }, { name: 'old', hidden: true }])
  t.equal(usageOf(declarations, false), '[--shown SHOWN]')
  const words = new GivenWords(declarations)
  t.equal(words.take(['--old', 'x'], 0), 2)
  t.same(
    flagCandidates(new GivenWords(declarations), '--').map(({ text }) => text),
    ['--shown'],
  )
  t.throws(() => declare({ old: z.string().meta({ hidden: 'yes' }) }), { message: /meta.hidden is "yes"/ })
})
