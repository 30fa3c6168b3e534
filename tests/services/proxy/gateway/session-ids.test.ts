import t from 'tap'
import { sessionIds } from '../../../../services/proxy/gateway/session-ids.ts'

const key = Buffer.alloc(32, 1)
const introduction = {
  protocolVersion: '2025-11-25',
  capabilities: { sampling: { tools: {} }, elicitation: { form: {} }, roots: { listChanged: true } },
}

t.test('an id tells whoever has the key how its owner was introduced', async t => {
  const id = sessionIds(key).make('me', introduction)
  t.match(id, /^[\x21-\x7e]{1,512}$/, 'the protocol takes visible ASCII alone')
  const expected = { ...introduction, capabilities: { ...introduction.capabilities, roots: {} } }
  t.same(sessionIds(key).read(id, 'me'), expected)
  t.not(sessionIds(key).make('me', introduction), id, 'each is another one')
})

t.test('what a client may say of itself at length is not in it', async t => {
  const experimental = { all: { text: 'x'.repeat(100_000) } }
  const elicitation = { form: { text: 'x'.repeat(100_000) } }
  const capabilities = { elicitation, experimental, extensions: experimental }
  const id = sessionIds(key).make('me', { protocolVersion: 'x'.repeat(100_000), capabilities })
  t.ok(id.length < 512)
  t.same(sessionIds(key).read(id, 'me')?.capabilities, { elicitation: { form: {} } })
})

t.test('a client that names what it offers in another way is let in', async t => {
  const capabilities = { sampling: { tools: [] }, elicitation: { url: [] } }
  const id = sessionIds(key).make('me', { protocolVersion: '2025-11-25', capabilities })
  t.same(sessionIds(key).read(id, 'me')?.capabilities, { sampling: { tools: {} }, elicitation: { url: {} } })
})

t.test('an id of another owner, with another key, or with anything changed is none', async t => {
  const id = sessionIds(key).make('me', introduction)
  t.equal(sessionIds(key).read(id, 'you'), undefined)
  t.equal(sessionIds(Buffer.alloc(32, 2)).read(id, 'me'), undefined)
  const [content = '', mark = ''] = id.split('.')
  const more = Buffer.from('["x","2025-11-25",{"sampling":{}}]').toString('base64url')
  for (const other of [
    '',
    '.',
    content,
    `${content}.`,
    `${more}.${mark}`,
    `${id}.`,
    `${id}A`,
    `x${id}`,
    'x'.repeat(600),
  ])
    t.equal(sessionIds(key).read(other, 'me'), undefined, other.slice(0, 50))
})
