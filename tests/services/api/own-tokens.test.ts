import t, { type Test } from 'tap'
import { createOwnToken } from '../../../services/store/own-tokens.ts'
import { type Person, type Rig, startRig } from './rig.ts'
import { MovableClock } from './sign-in/movable-clock.ts'

/** Tokens that users make for themselves. */

const password = 'correct-horse-7-battery'

async function rigOf(test: Test) {
  const clock = new MovableClock(Date.parse('2030-01-01T00:00:00Z'))
  const rig = await startRig(test, { clock })
  const make = (input: Record<string, unknown>, maker: Person = rig.alice) => made(rig, input, maker)
  return { ...rig, rig, clock, make }
}

async function made(rig: Rig, input: Record<string, unknown>, maker: Person) {
  const token = await rig.call('tokens.create', { scopes: ['cli'], ...input }, maker)
  return { ...token, secret: token.token }
}

const statusOf = async (rig: Rig, { secret }: Pick<Person, 'secret'>): Promise<number> =>
  (await rig.send('/whoami', { token: secret })).status

t.test('users make tokens for themselves alone, and see and revoke no others', async t => {
  const { rig, clock, make } = await rigOf(t)
  const laptop = await make({ name: 'laptop' })
  clock.pass(1)
  t.match(laptop, { user: 'alice', scopes: ['cli'], expires_at: null, made_with: rig.alice.id })
  t.match(await make({ name: 'phone', user: 'ALICE', scopes: [] }), { user: 'alice', scopes: [] })
  for (const user of ['bob', 'root', 'nobody'])
    t.match(
      await rig.refused('tokens.create', { name: 'x', user, scopes: [] }),
      { code: 'user_not_found', detail: `no user is called ${user}` },
      'whether there is one or not',
    )
  const names = async (person: Person) =>
    (await rig.call('tokens.list', {}, person)).items.map(({ name }) => name)
  t.same(await names(rig.alice), ['alice', 'laptop', 'phone'])
  t.same(await names(rig.bob), ['bob'])
  t.same((await names(rig.admin)).toSorted(), ['alice', 'bob', 'laptop', 'phone', 'root'])
  const page = await rig.call('tokens.list', { limit: 2 })
  t.same(
    (await rig.call('tokens.list', { cursor: page.next ?? '' })).items.map(({ name }) => name),
    ['phone'],
    'pages have nothing of others either',
  )
  t.match(await rig.refused('tokens.revoke', { token: laptop.id }, rig.bob), { code: 'token_not_found' })
  t.match(await rig.refused('tokens.revoke', { token: rig.admin.id }), { code: 'token_not_found' })
  t.equal(await statusOf(rig, laptop), 200)
  await rig.call('tokens.revoke', { token: laptop.id })
  t.equal(await statusOf(rig, laptop), 401)
  t.match(await rig.refused('tokens.create', { name: 'phone', scopes: [] }), { code: 'token_exists' })
  const { items: told } = await rig.call('audit.list', { actor: 'alice' }, rig.admin)
  t.same(
    told.map(({ operation, token }) => [operation, token]),
    [
      ['tokens.revoke', laptop.id],
      ['tokens.create', (await rig.call('tokens.list')).items[2]?.id],
      ['tokens.create', laptop.id],
    ],
  )
})

t.test('a token may do no more than what makes it', async t => {
  const { rig, make } = await rigOf(t)
  for (const scopes of [['admin'], ['mcp', 'admin']])
    t.match(await rig.refused('tokens.create', { name: 'x', scopes }), {
      code: 'insufficient_scope',
      detail: /the scope admin$/,
    })
  const reader = await make({ name: 'reader', scopes: ['sessions:read', 'mcp', 'debug:shell'] })
  t.match(await rig.refused('tokens.create', { name: 'x', scopes: [] }, reader), {
    code: 'insufficient_scope',
  })
  t.match(await rig.refused('tokens.list', {}, reader), { code: 'insufficient_scope' })
  // An administrator's token that is none.
  const modest = await rig.call('tokens.create', { name: 'modest', user: 'root', scopes: ['cli'] }, rig.admin)
  const root = { secret: modest.token, id: modest.id }
  t.match(await rig.refused('tokens.create', { name: 'x', scopes: ['admin'] }, root), {
    code: 'insufficient_scope',
  })
  t.match(await rig.refused('tokens.create', { name: 'x', user: 'bob', scopes: [] }, root), {
    code: 'user_not_found',
  })
  t.same(
    (await rig.call('tokens.list', {}, root)).items.map(({ name }) => name),
    ['root', 'modest'],
  )
})

t.test('a token lasts no longer than the one that makes it', async t => {
  const { rig, clock, make } = await rigOf(t)
  const hour = await make({ name: 'hour', expires_in: 3_600 })
  t.match(await make({ name: 'same' }, hour), { expires_at: hour.expires_at })
  t.match(await make({ name: 'less', expires_in: 60 }, hour), { expires_at: '2030-01-01T00:01:00.000Z' })
  t.match(await rig.refused('tokens.create', { name: 'x', scopes: [], expires_in: 3_601 }, hour), {
    code: 'invalid_input',
    errors: [{ path: 'expires_in', message: /expires at 2030-01-01T01:00:00.000Z/ }],
  })
  clock.pass(3_600_000)
  for (const name of ['same', 'less'])
    t.match(
      (await rig.call('tokens.list')).items.find(token => token.name === name)?.expires_at,
      /^2030-01-01/,
    )
  await rig.call('users.password', { user: 'alice', password }, rig.admin)
  const { access_token: secret } = await rig.call('auth.login', { name: 'alice', password }, null)
  const signedIn = { ...rig.alice, secret: secret ?? '' }
  t.match(await make({ name: 'for-good' }, signedIn), { expires_at: null, made_with: null })
})

t.test('whatever was made with a token ends with it, however far down, and nothing else', async t => {
  const { rig, make } = await rigOf(t)
  const first = await make({ name: 'first' })
  const second = await make({ name: 'second' }, first)
  const third = await make({ name: 'third' }, second)
  const beside = await make({ name: 'beside' })
  t.match(third, { made_with: second.id })
  const { revoked_at: before } = await rig.call('tokens.revoke', { token: third.id })
  const { revoked_at } = await rig.call('tokens.revoke', { token: first.id }, rig.admin)
  for (const token of [first, second, third]) t.equal(await statusOf(rig, token), 401)
  const { items } = await rig.call('tokens.list')
  t.equal(items.find(({ id }) => id === second.id)?.revoked_at, revoked_at)
  t.equal(items.find(({ id }) => id === third.id)?.revoked_at, before, 'which was over already')
  for (const token of [beside, rig.alice]) t.equal(await statusOf(rig, token), 200)
  // What an administrator has made for others is theirs.
  const given = await rig.call('tokens.create', { name: 'given', user: 'bob', scopes: ['cli'] }, rig.admin)
  t.equal(given.made_with, null)
})

t.test('nothing is made with what has been revoked meanwhile', async t => {
  const { rig } = await rigOf(t)
  const { user } = await rig.call('server.whoami')
  const wanted = { name: 'late', user: 'alice', scopes: [], now: user.created_at, expires_at: null }
  const maker = { user: user.id, credential: rig.alice.id, most: 100 }
  await rig.call('tokens.revoke', { token: rig.alice.id }, rig.admin)
  t.match(await createOwnToken(rig.store, wanted, maker), { outcome: 'maker_gone' })
  t.notOk((await rig.call('tokens.list', {}, rig.admin)).items.some(({ name }) => name === 'late'))
})

t.test('a user makes so many, of which those that are over do not count', async t => {
  const { rig, clock, make } = await rigOf(t)
  await make({ name: 'short', expires_in: 60 })
  for (let n = 2; n < 99; n++) await make({ name: `n-${n}` })
  const last = await make({ name: 'last' })
  const another = { name: 'one-more', scopes: [] }
  t.match(await rig.refused('tokens.create', another), { code: 'token_limit', status: 429 })
  t.equal((await rig.call('tokens.create', { ...another, user: 'alice' }, rig.admin)).user, 'alice')
  clock.pass(60_000)
  t.match(await rig.refused('tokens.create', { ...another, name: 'n' }), { code: 'token_limit' })
  await rig.call('tokens.revoke', { token: last.id })
  await make({ name: 'room-again' })
  t.equal((await rig.call('tokens.create', { name: 'own', scopes: [] }, rig.bob)).user, 'bob')
})

t.test('which servers behind the MCP gateway a token opens is no more than what makes it does', async t => {
  const { rig, make } = await rigOf(t)
  t.equal((await make({ name: 'any' })).mcp_servers, null)
  const some = await make({ name: 'some', mcp_servers: ['files', 'tickets', 'files'] })
  t.same(some.mcp_servers, ['files', 'tickets'])
  t.same((await make({ name: 'as-many' }, some)).mcp_servers, ['files', 'tickets'])
  t.same((await make({ name: 'fewer', mcp_servers: ['files'] }, some)).mcp_servers, ['files'])
  t.same((await make({ name: 'none', mcp_servers: [] }, some)).mcp_servers, [])
  t.match(await rig.refused('tokens.create', { name: 'x', scopes: [], mcp_servers: ['secrets'] }, some), {
    code: 'invalid_input',
    errors: [{ path: 'mcp_servers', message: 'the token that it is made with does not open secrets' }],
  })
})
