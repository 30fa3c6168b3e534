import t from 'tap'
import { compared, driftBetween } from '../../../../../services/proxy/gateway/catalogue/drift.ts'
import type { Offer } from '../../../../../services/proxy/gateway/catalogue/offer.ts'

const offer = (more: Partial<Offer>): Offer => ({
  ...{ tools: [], prompts: [], resources: false, completions: false },
  ...more,
})
const inputSchema = { type: 'object' as const }

t.test('in what a server differs: what is missing, what has changed, what has been added', async t => {
  const declared = offer({
    tools: [
      { name: 'a', inputSchema },
      { name: 'b', inputSchema, description: 'x' },
    ],
    prompts: [{ name: 'p' }],
    resources: true,
  })
  t.same(driftBetween(declared, declared), [])
  const live = offer({
    tools: [
      { name: 'c', inputSchema },
      { name: 'b', inputSchema, title: 'x' },
    ],
    prompts: [{ name: 'q' }],
    completions: true,
  })
  t.same(driftBetween(declared, live), [
    { kind: 'missing', what: 'tool', name: 'a' },
    { kind: 'missing', what: 'prompt', name: 'p' },
    { kind: 'missing', what: 'capability', name: 'resources' },
    { kind: 'changed', what: 'tool', name: 'b', fields: ['description', 'title'] },
    { kind: 'extra', what: 'tool', name: 'c' },
    { kind: 'extra', what: 'prompt', name: 'q' },
    { kind: 'extra', what: 'capability', name: 'completions' },
  ])
  const [missing, , , changed, added] = compared(declared, live)
  t.strictSame(missing, { kind: 'missing', what: 'tool', name: 'a', before: { name: 'a', inputSchema } })
  t.match(changed, { before: { description: 'x' }, after: { title: 'x' } })
  t.strictSame(added, { kind: 'extra', what: 'tool', name: 'c', after: { name: 'c', inputSchema } })
})
