import t from 'tap'
import { promptSchema, toolSchema } from '../../../../../services/proxy/gateway/catalogue/offer.ts'

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)

t.test('what no real server offers is no tool and no prompt: too long, or nested without end', async t => {
  const toolWith = (x: unknown) =>
    toolSchema.safeParse({ name: 'a', inputSchema: { type: 'object', default: x }, more: x }).success
  const promptWith = (x: unknown) => promptSchema.safeParse({ name: 'a', arguments: x }).success
  for (const isTaken of [toolWith, promptWith]) {
    t.ok(isTaken(nested(50)))
    t.ok(isTaken('x'.repeat(20_000)))
    t.notOk(isTaken('x'.repeat(70_000)))
    // Of the deeper ones some can be written down and yet not be compared.
    for (const depth of [200, 1_500, 3_000, 30_000]) t.notOk(isTaken(nested(depth)), `${depth} deep`)
  }
})
