import fc from 'fast-check'
import t from 'tap'
import { foldedName, publicName } from '../../../../../config/mcp/names.ts'
import { type McpSettings, mcpSchema } from '../../../../../config/mcp/schema.ts'
import { catalogueOf, toolWith } from '../../../../../services/proxy/gateway/catalogue/catalogue.ts'
import type { Offer, Tool } from '../../../../../services/proxy/gateway/catalogue/offer.ts'
import { tidyOutputSchema, tidySchema } from '../../../../../services/proxy/gateway/catalogue/tidy-schema.ts'
import { matchesAny } from '../../../../../services/proxy/gateway/catalogue/wildcard.ts'

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  inputSchema: { type: 'object' },
  ...more,
})
const offer = (...tools: Tool[]): Offer => ({ tools, prompts: [], resources: false, completions: false })
const namesOf = (settings: McpSettings, offers: Map<string, Offer>) => [
  ...catalogueOf(settings, offers).tools.keys(),
]

t.test('overrides give name, description and schema; what is hidden or blocked is not shown', async t => {
  const settings = mcpSchema.parse({
    servers: {
      rg: {
        command: 'x',
        block: ['*_all'],
        tools: {
          search: { name: 'grep', description: 'finds', input_schema: { properties: { q: {} } } },
          secret: { hidden: true },
        },
      },
    },
  })
  const offers = new Map([
    [
      'rg',
      offer(
        tool('search', { description: 'x', annotations: { readOnlyHint: true } }),
        tool('secret'),
        tool('remove_all'),
        tool('other'),
      ),
    ],
  ])
  const { tools, shadowing } = catalogueOf(settings, offers)
  t.same([...tools.keys()], ['grep', 'rg_other'])
  t.same(tools.get('grep'), {
    definition: {
      ...{ name: 'grep', description: 'finds', annotations: { readOnlyHint: true } },
      inputSchema: { type: 'object', properties: { q: {} } },
    },
    target: { kind: 'tool', server: 'rg', tool: 'search' },
    servers: ['rg'],
  })
  t.same(shadowing, [])
  t.same([...catalogueOf(settings, offers, { alone: 'rg' }).tools.keys()], ['grep', 'other'])
})

t.test('a name that a person gave is kept for a tool of a server that nobody has met', t => {
  const settings = mcpSchema.parse({
    servers: {
      manage: { command: 'x' },
      manager: {
        command: 'y',
        tools: { x: { name: 'manage_servers' }, z: { name: 'manage_z', hidden: true } },
      },
    },
  })
  const offers = new Map([['manage', offer(tool('servers'), tool('z'))]])
  const { tools, shadowing } = catalogueOf(settings, offers)
  t.same([...tools.keys()], ['manage_z'])
  t.same(shadowing, [{ name: 'manage_servers', server: 'manage', of: 'manager' }])
  const met = catalogueOf(settings, new Map([...offers, ['manager', offer(tool('x'))]]))
  t.match(met.tools.get('manage_servers'), { target: { server: 'manager', tool: 'x' } })
  t.end()
})

t.test('a name belongs to whose prefix it has, whatever a server says, and whoever is met first', async t => {
  const servers = { a: { command: 'x' }, a_b: { command: 'y' } }
  const settings = mcpSchema.parse({ servers })
  const offers = new Map([
    ['a', offer(tool('b_c', { description: 'the first' }))],
    ['a_b', offer(tool('c', { description: 'the second' }), tool('d'))],
  ])
  const { tools, shadowing } = catalogueOf(settings, offers)
  t.same([...tools.keys()], ['a_b_c', 'a_b_d'])
  t.equal(tools.get('a_b_c')?.definition.description, 'the second')
  t.same(shadowing, [{ name: 'a_b_c', server: 'a', of: 'a_b' }])
  const before = catalogueOf(settings, new Map([...offers].filter(([name]) => name === 'a')))
  t.same([...before.tools.keys()], [], 'before the other is met as well')
  const c = { command: 'z', tools: { x: { name: 'a_B_c' } } }
  const withNamed = mcpSchema.parse({ servers: { ...servers, c } })
  const named = catalogueOf(withNamed, new Map([...offers, ['c', offer(tool('x'))]]))
  t.equal(named.tools.get('a_B_c')?.servers[0], 'c', 'what a person named comes first')
  t.same(
    named.shadowing.map(({ server }) => server),
    ['a', 'a_b'],
  )
})

t.test('tools that a composite stands for are hidden unless it says otherwise', async t => {
  const composites = (hide_tools: boolean) => ({
    notes: { description: 'x', hide_tools, operations: { read: { server: 'a', tool: 'read' } } },
  })
  const settings = (hide: boolean) =>
    mcpSchema.parse({ servers: { a: { command: 'x' } }, composites: composites(hide) })
  const offers = new Map([['a', offer(tool('read'), tool('list'))]])
  t.same(namesOf(settings(true), offers), ['notes', 'a_list'])
  t.same(namesOf(settings(false), offers), ['notes', 'a_read', 'a_list'])
})

t.test('a composite has the operations of the servers that there are', async t => {
  const operation = (server: string) => ({ server, tool: 'go', description: `by ${server}` })
  const settings = mcpSchema.parse({
    servers: { a: { command: 'x' }, b: { command: 'x' } },
    composites: { both: { description: 'x', operations: { one: operation('a'), two: operation('b') } } },
  })
  const offers = new Map(
    ['a', 'b'].map(name => [
      name,
      offer(tool('go', { inputSchema: { type: 'object', properties: { [`of_${name}`]: {} } } })),
    ]),
  )
  const both = catalogueOf(settings, offers).tools.get('both')
  const shown = (...there: string[]) => both && toolWith(both, server => there.includes(server), offers)
  t.equal(shown('a', 'b'), both)
  t.equal(shown(), undefined)
  t.match(shown('b'), { servers: ['b'], target: { kind: 'composite' } })
  t.same(shown('b')?.definition.inputSchema.properties, {
    of_b: {},
    operation: { type: 'string', enum: ['two'], description: 'two: by b' },
  })
})

t.test(
  'whatever servers offer, every name is one that agents take, and no two are the same to them',
  async t => {
    const servers = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,4}(_[a-z0-9]{1,3})?$/), {
      minLength: 1,
      maxLength: 5,
    })
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 80 }), { maxLength: 6 })
    fc.assert(
      fc.property(servers, fc.array(names, { minLength: 5, maxLength: 5 }), (declared, each) => {
        const settings = mcpSchema.parse({
          servers: Object.fromEntries(declared.map(name => [name, { command: 'x' }])),
        })
        const offers = new Map(
          declared.map((name, at) => [name, offer(...(each[at] ?? []).map(one => tool(one)))]),
        )
        const { tools, shadowing } = catalogueOf(settings, offers)
        const shown = [...tools.keys()]
        const offered = [...offers.values()].reduce((sum, one) => sum + one.tools.length, 0)
        return (
          shown.every(name => /^[A-Za-z0-9_-]{1,64}$/.test(name)) &&
          new Set(shown.map(foldedName)).size === shown.length &&
          shown.length + shadowing.length === offered
        )
      }),
    )
    t.not(publicName('a', 'x'.repeat(80)), publicName('a', `${'x'.repeat(80)}y`))
  },
)

t.test('schemas are as agents take them', async t => {
  t.same(
    tidySchema({
      properties: { a: { enum: ['x', 'y', 'x'] }, enum: { type: ['string', 'null', 'string'] } },
      required: ['a', 'a'],
      anyOf: [{ required: ['b', 'b'] }],
    }),
    {
      properties: { a: { enum: ['x', 'y'] }, enum: { type: ['string', 'null'] } },
      required: ['a'],
      anyOf: [{ required: ['b'] }],
    },
  )
  t.same(tidyOutputSchema({ type: ['object', 'null'], properties: {} }), { type: 'object', properties: {} })
  t.same(tidyOutputSchema({ properties: {} }), { type: 'object', properties: {} })
  t.equal(tidyOutputSchema({ type: 'array' }), undefined)
  t.equal(tidyOutputSchema(undefined), undefined)
})

t.test('patterns', async t => {
  t.ok(matchesAny(['read_*'], 'read_file') && matchesAny(['*'], 'anything\n') && matchesAny(['a.b'], 'a.b'))
  t.notOk(
    matchesAny(['a.b'], 'axb') ||
      matchesAny([], 'x') ||
      matchesAny(['read'], 'read_file') ||
      matchesAny([''], 'x'),
  )
})
