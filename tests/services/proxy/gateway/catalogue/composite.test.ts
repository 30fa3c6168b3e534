import fc from 'fast-check'
import t from 'tap'
import { mcpSchema } from '../../../../../config/mcp/schema.ts'
import {
  composedCall,
  compositeDefinition,
  decodedResult,
} from '../../../../../services/proxy/gateway/catalogue/composite.ts'
import type { Tool } from '../../../../../services/proxy/gateway/catalogue/offer.ts'

const tool = (name: string, properties: Record<string, unknown>): Tool => ({
  name,
  inputSchema: { type: 'object', properties },
})
const offers = new Map([
  [
    'files',
    {
      tools: [
        tool('read_file', { path: { type: 'string' }, lines: { type: 'integer' } }),
        tool('find', { patterns: { type: 'array' }, options: { type: ['object', 'null'] }, text: {} }),
      ],
      ...{ prompts: [], resources: false, completions: false },
    },
  ],
])
const settings = mcpSchema.parse({
  servers: { files: { command: 'x' } },
  composites: {
    notes: {
      description: 'notes',
      output_schema: { type: ['object', 'null'], required: ['a', 'a'] },
      operations: {
        read: {
          ...{ server: 'files', tool: 'read_file', aliases: ['Cat'], description: 'reads' },
          arguments: [
            { target: 'path', source: 'file', required: true },
            { target: 'options.deep', value: 1 },
            { target: 'options.all', source: 'all', default: false, allow_null: true },
          ],
        },
        find: { server: 'files', tool: 'find', require_any_of: [['patterns', 'text']] },
      },
    },
  },
})
const { notes } = settings.composites
if (notes === undefined) throw new Error('it was declared')
const called = (given: Record<string, unknown>) => composedCall(notes, given, offers)

t.test('one tool is shown with the operations and the arguments of all', async t => {
  const { inputSchema, outputSchema, description } = compositeDefinition('notes', notes, offers)
  t.equal(description, 'notes')
  t.same(inputSchema.required, ['operation'])
  t.match(inputSchema.properties, {
    operation: { enum: ['read', 'find'], description: 'read: reads' },
    file: {},
    patterns: { type: 'array' },
  })
  t.notOk(Object.keys(Object(inputSchema.properties)).includes('path'), 'it is called file')
  t.same(outputSchema, { type: 'object', required: ['a'] })
})

t.test('an operation is meant by its name or an alias, however they are written', async t => {
  for (const operation of ['read', 'READ', ' cat ', 'Cat'])
    t.same(called({ operation, file: 'x' }), {
      ok: true,
      server: 'files',
      tool: 'read_file',
      arguments: { path: 'x', options: { deep: 1, all: false } },
    })
  t.match(called({ operation: 'raed' }), {
    ok: false,
    message: /is none of: read, find; did you mean "read"/,
  })
  t.match(called({}), { ok: false, message: 'the argument operation is missing; it is one of: read, find' })
})

t.test('what is required is asked for, null is left out unless it is a value', async t => {
  t.match(called({ operation: 'read', file: null }), {
    ok: false,
    message: 'read: the argument file is missing',
  })
  t.match(called({ operation: 'read', file: 'x', all: null }), { arguments: { options: { all: null } } })
  t.match(called({ operation: 'find', patterns: null }), {
    ok: false,
    message: 'find needs one of patterns, text',
  })
  t.same(Object(called({ operation: 'find', text: 'x', patterns: null })).arguments, { text: 'x' })
})

t.test('JSON in a text is what it says where no text is wanted', async t => {
  const find = (given: Record<string, unknown>) =>
    Object(called({ operation: 'find', text: 'y', ...given })).arguments
  t.same(find({ patterns: '["a","b"]' }).patterns, ['a', 'b'])
  t.same(find({ options: '{"x":1}' }).options, { x: 1 })
  t.equal(find({ patterns: '{"x":1}' }).patterns, '{"x":1}', 'not what is wanted')
  t.equal(find({ patterns: '[1' }).patterns, '[1', 'no JSON')
  t.equal(find({ text: '["a"]' }).text, '["a"]', 'a tool that takes anything gets what was given')
})

t.test(
  'a result of text that is an object is structured where the tool says what it consists of',
  async t => {
    const content = [{ type: 'text', text: '{"a":1}' }]
    t.same(decodedResult(notes, { content }), { content, structuredContent: { a: 1 } })
    t.same(decodedResult(notes, { content: [{ type: 'text', text: 'x' }] }), {
      content: [{ type: 'text', text: 'x' }],
    })
    t.same(decodedResult(notes, { content, structuredContent: {} }), { content, structuredContent: {} })
  },
)

t.test('whatever is given, it is a call or a refusal, and no prototype is touched', async t => {
  const keys = fc.constantFrom(
    'operation',
    'file',
    'all',
    'patterns',
    'text',
    '__proto__',
    'constructor',
    'x.y',
  )
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), given => {
      const told = called(given)
      if (!told.ok) return told.message.length > 0
      return told.server === 'files' && Object.getPrototypeOf(told.arguments) === Object.prototype
    }),
  )
  t.equal(Object(Object.prototype).deep, undefined)
})
