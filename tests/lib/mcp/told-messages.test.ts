import t from 'tap'
import { ToldMessages } from '../../../lib/mcp/told-messages.ts'

t.test('what came behind an id is told again, of its stream alone, as often as it is asked for', async t => {
  const told = new ToldMessages()
  const begun = told.begin('a')
  const first = told.keep('a', 'one')
  const other = told.keep('b', 'two')
  const second = told.keep('a', 'three')
  t.equal(new Set([begun, first.id, other.id, second.id]).size, 4)
  for (let i = 0; i < 2; i += 1) {
    t.same(told.behind(begun), { stream: 'a', messages: [first, second] })
    t.same(told.behind(first.id), { stream: 'a', messages: [second] })
  }
  t.same(told.behind(second.id), { stream: 'a', messages: [] })
  t.same(told.behind(other.id), { stream: 'b', messages: [] })
})

t.test('an id that is none of this client is none', async t => {
  const told = new ToldMessages()
  told.keep('a', 'one')
  const [word = ''] = told.begin('a').split('.')
  for (const id of ['', 'a', '1', '3.a', '-1.a', '1e0.a', '01e.a', '9999999999999999.a'])
    for (const given of [id, `${word}.${id}`]) {
      t.equal(told.behind(given), undefined, given)
      t.equal(told.elsewhere(given), undefined, given)
    }
})

t.test('an id that another process gave tells its stream, and nothing is taken to be behind it', async t => {
  const [told, other] = [new ToldMessages(), new ToldMessages()]
  const { id } = told.keep('a', 'one')
  other.keep('a', 'another')
  t.equal(other.behind(id), undefined)
  t.equal(other.elsewhere(id), 'a')
  t.match(other.of('a'), [{ text: 'another' }])
})

t.test('only so much is kept, and what cannot be told whole is refused', async t => {
  for (const text of ['', 'x'.repeat(100_000)]) {
    const told = new ToldMessages()
    const begun = told.begin('a')
    const ids = Array.from({ length: 1_000 }, () => told.keep('a', text).id)
    const known = ids.filter(id => told.behind(id) !== undefined)
    t.same(known, ids.slice(-known.length), 'the latest')
    t.ok(known.length > 10 && known.length < 520, `${known.length} are kept`)
    t.same(
      told.behind(known[0] ?? '')?.messages.map(({ id }) => id),
      known.slice(1),
      'nothing is missing behind the oldest',
    )
    t.equal(told.behind(begun), undefined, 'something is missing behind the beginning')
  }
  const told = new ToldMessages()
  const begun = told.begin('a')
  const { id } = told.keep('a', 'x'.repeat(3_000_000))
  t.same(told.behind(id), { stream: 'a', messages: [] }, 'what alone is too large is not kept')
  t.equal(told.behind(begun), undefined)
})

t.test('streams that begin and tell nothing take nothing from others', async t => {
  const told = new ToldMessages()
  const begun = told.begin('a')
  for (let i = 0; i < 1_000; i += 1) told.begin(`b${i}`)
  const { id } = told.keep('a', 'one')
  t.match(told.behind(begun), { messages: [{ id }] })
})
