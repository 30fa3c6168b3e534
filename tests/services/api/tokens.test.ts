import t from 'tap'
import { startRig } from './rig.ts'
import { until } from './until.ts'

t.test('a token opens what its scopes say until it is revoked', async t => {
  const rig = await startRig(t)
  const made = await rig.call(
    'tokens.create',
    { name: 'ci', scopes: ['sessions:read', 'sessions:read'] },
    rig.admin,
  )
  t.match(made, { name: 'ci', scopes: ['sessions:read'], expires_at: null, token: /^dst_/ })
  const person = { secret: made.token, id: made.id }
  const { token: _, ...shown } = made
  t.match(await rig.call('server.whoami', {}, person), {
    user: { name: 'ci', role: 'user', disabled_at: null },
    token: { ...shown, last_used_at: null },
  })
  t.same((await rig.call('sessions.list', {}, person)).items, [])
  t.match(await rig.refused('tokens.list', {}, person), { code: 'insufficient_scope' })
  const revoked = await rig.call('tokens.revoke', { token: made.id.slice(0, 12) }, rig.admin)
  t.ok(revoked.revoked_at)
  t.match(await rig.refused('server.whoami', {}, person), { code: 'unauthenticated' })
  t.same(
    await rig.call('tokens.revoke', { token: made.id }, rig.admin),
    revoked,
    'repeated, it keeps its time',
  )
})

t.test('a secret is told once and stands nowhere else', async t => {
  const rig = await startRig(t)
  const { token, id } = await rig.call('tokens.create', { name: 'once', scopes: ['cli'] }, rig.admin)
  await rig.call('server.whoami', {}, { secret: token, id })
  const listed = await rig.send('/tokens', { token: rig.admin })
  t.match(listed.text, 'once')
  t.notMatch(listed.text, token)
  t.notMatch(rig.logged.join(''), token)
})

t.test('a token expires by the clock', async t => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const rig = await startRig(t, { clock: { now: () => now } })
  const { token, id, expires_at } = await rig.call(
    'tokens.create',
    { name: 'short', scopes: ['cli'], expires_in: 60 },
    rig.admin,
  )
  t.equal(expires_at, '2026-01-01T00:01:00.000Z')
  now += 59_999
  await rig.call('server.whoami', {}, { secret: token, id })
  now += 1
  t.match(await rig.refused('server.whoami', {}, token), { code: 'token_expired' })
})

t.test('no two living tokens of a user have one name', async t => {
  const rig = await startRig(t)
  const { id } = await rig.call('tokens.create', { name: 'twin', scopes: [] }, rig.admin)
  t.match(await rig.refused('tokens.create', { name: 'twin', scopes: [] }, rig.admin), {
    code: 'token_exists',
  })
  t.match(await rig.call('tokens.create', { name: 'twin', user: 'ALICE', scopes: [] }, rig.admin), {
    user: 'alice',
  })
  await rig.call('tokens.revoke', { token: id }, rig.admin)
  t.match(await rig.call('tokens.create', { name: 'twin', scopes: [] }, rig.admin), { user: 'twin' })
})

t.test('an empty list of scopes grants nothing', async t => {
  const rig = await startRig(t)
  const nobody = await rig.person('nobody')
  await rig.call('server.whoami', {}, nobody)
  t.match(await rig.refused('sessions.list', {}, nobody), { code: 'insufficient_scope' })
})

t.test('the use of a token is noted after the answer', async t => {
  const rig = await startRig(t)
  await rig.call('sessions.list')
  await until(
    async () => (await rig.call('server.whoami')).token?.last_used_at !== null,
    'the use of the token is noted',
  )
})
