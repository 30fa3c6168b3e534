import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import t from 'tap'
import { ToldMessages } from '../../../lib/mcp/told-messages.ts'

const message = (id: number, text = ''): JSONRPCMessage => ({ jsonrpc: '2.0', id, result: { text } })

/** What is told again behind an id. */
async function replayed(told: ToldMessages, id: string) {
  const again: [id: string, message: JSONRPCMessage][] = []
  const stream = await told.replayEventsAfter(id, { send: async (...one) => void again.push(one) })
  return { stream, again }
}

t.test('what came behind an id is told again, of its stream alone, as often as it is asked for', async t => {
  const told = new ToldMessages()
  const first = await told.storeEvent('a', message(1))
  const other = await told.storeEvent('b', message(2))
  const second = await told.storeEvent('a', message(3))
  t.equal(new Set([first, other, second]).size, 3)
  for (let i = 0; i < 2; i += 1)
    t.same(await replayed(told, first), { stream: 'a', again: [[second, message(3)]] })
  t.same(await replayed(told, second), { stream: 'a', again: [] })
  t.same(await replayed(told, other), { stream: 'b', again: [] })
})

t.test('an id that is none of this client is none', async t => {
  const told = new ToldMessages()
  await told.storeEvent('a', message(1))
  for (const id of ['', 'a', '1', '2.a', '-1.a', '1e0.a', '01e.a', '9999999999999999.a'])
    t.notOk(told.knows(id), id)
})

t.test('only so much is kept, and what cannot be told whole is refused', async t => {
  for (const text of ['', 'x'.repeat(100_000)]) {
    const told = new ToldMessages()
    const ids = []
    for (let i = 0; i < 1_000; i += 1) ids.push(await told.storeEvent('a', message(i, text)))
    const known = ids.filter(id => told.knows(id))
    t.same(known, ids.slice(-known.length), 'the latest')
    t.ok(known.length > 10 && known.length < 520, `${known.length} are kept`)
    const { again } = await replayed(told, known[0] ?? '')
    t.same(
      again.map(([id]) => id),
      known.slice(1),
      'nothing is missing behind the oldest',
    )
  }
  const told = new ToldMessages()
  const id = await told.storeEvent('a', message(1, 'x'.repeat(3_000_000)))
  t.ok(told.knows(id), 'what alone is too large is not kept, and nothing is behind it')
})
