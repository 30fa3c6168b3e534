import t, { type Test } from 'tap'
import { proofHeader, proxyProof } from '../../../../services/store/proxy-proof.ts'
import { signInLife } from '../../../../services/store/sign-in-rows.ts'
import { refreshGrace } from '../../../../services/store/sign-ins.ts'
import { type Rig, startRig } from '../rig.ts'
import { until } from '../until.ts'
import { MovableClock } from './movable-clock.ts'

const password = 'correct-horse-7-battery'

/** A rig in which maria can sign in. */
async function rigOf(test: Test) {
  const clock = new MovableClock(Date.now())
  const rig = await startRig(test, { clock })
  await rig.call('users.create', { name: 'maria', password }, rig.admin)
  const login = () => rig.call('auth.login', { name: 'MARIA', password }, null)
  const refresh = (refresh_token: string | null) => rig.call('auth.refresh', { refresh_token }, null)
  return { ...rig, rig, clock, login, refresh }
}

/** What a bearer of this may see. */
const statusWith = async (rig: Rig, token: string | null): Promise<number> =>
  (await rig.send('/sessions', { token })).status

t.test('a user signs in, and has what their tokens have', async t => {
  const { rig, login, refresh } = await rigOf(t)
  await rig.repository()
  const { token: laptop, id } = await rig.call(
    'tokens.create',
    { name: 'laptop', user: 'maria', scopes: ['cli'] },
    rig.admin,
  )
  const { id: session } = await rig.session([], { secret: laptop, id })
  const signedIn = await login()
  t.match(signedIn, {
    user: { name: 'maria', role: 'user' },
    sign_in: { id: /^sgn_/, user: 'maria' },
    expires_in: 900,
  })
  const bearer = { token: signedIn.access_token }
  t.match(JSON.parse((await rig.send('/sessions', bearer)).text), { items: [{ id: session }] })
  t.match(JSON.parse((await rig.send('/whoami', bearer)).text), {
    user: { name: 'maria' },
    token: null,
    sign_in: signedIn.sign_in,
    scopes: ['cli'],
  })
  t.equal((await rig.send('/users', bearer)).status, 403, 'no more than that')
  t.equal((await rig.send(`/sessions/${session}`, { token: rig.bob })).status, 404)
  const again = await refresh(signedIn.refresh_token)
  t.equal(again.sign_in.id, signedIn.sign_in.id)
  for (const token of [signedIn.access_token, again.access_token]) t.equal(await statusWith(rig, token), 200)
  t.same(await rig.call('auth.logout', { refresh_token: again.refresh_token }, null), { ended: true })
  for (const token of [signedIn.access_token, again.access_token])
    t.equal(await statusWith(rig, token), 401, 'at once, though they have not expired')
  t.same(await rig.call('auth.logout', { refresh_token: again.refresh_token }, null), { ended: false })
  t.match(await rig.refused('auth.refresh', { refresh_token: again.refresh_token }, null), {
    code: 'sign_in_ended',
  })
  const told = (await rig.call('audit.list', { actor: 'maria', limit: 2 }, rig.admin)).items
  t.match(
    told.map(({ operation, actor_token, actor_sign_in, refused }) => [
      operation,
      actor_token,
      actor_sign_in,
      refused,
    ]),
    [
      ['auth.logout', null, signedIn.sign_in.id, false],
      ['auth.login', null, signedIn.sign_in.id, false],
    ],
    'who came in and went has entries, a refresh has none',
  )
})

t.test('all who are not let in get the same answer', async t => {
  const { rig, login } = await rigOf(t)
  await rig.call('users.create', { name: 'nightly', role: 'service' }, rig.admin)
  await rig.call('users.create', { name: 'gone', password }, rig.admin)
  await rig.call('users.disable', { user: 'gone' }, rig.admin)
  const answer = async (name: string, word: string) => {
    const { status, text, headers } = await rig.send('/auth/login', {
      ...{ method: 'POST', token: null, body: { name, password: word } },
    })
    return { status, text, challenge: headers['www-authenticate'] }
  }
  const unknown = await answer('nobody', password)
  t.match(unknown, { status: 401, text: /"invalid_credentials"/, challenge: /^Bearer/ })
  for (const [name, word] of [
    ['maria', 'wrong'],
    ['maria', `${password} `],
    ['maria', password.toUpperCase()],
    ['alice', password], // she has tokens, and no password
    ['nightly', password],
    ['gone', password],
  ] as const)
    t.same(await answer(name, word), unknown, `${name} ${word}`)
  t.match(
    await rig.refused('auth.login', { name: 'mаria', password }, null),
    { code: 'invalid_input' },
    'a Cyrillic a',
  )
  await login()
  const told = (await rig.call('audit.list', { limit: 50 }, rig.admin)).items
  await until(
    async () =>
      (await rig.call('audit.list', { limit: 50 }, rig.admin)).items.filter(({ refused }) => refused)
        .length === 4,
    'each who is there has one entry, however often',
  )
  t.notMatch(JSON.stringify([told, rig.logged]), password)
})

t.test('who is wrong too often waits, and nobody else does', async t => {
  const { rig, clock } = await rigOf(t)
  const proof = await proxyProof(rig.store)
  const from = (address: string, word: string) =>
    rig.send('/auth/login', {
      ...{ method: 'POST', token: null, body: { name: 'maria', password: word } },
      headers: { 'x-forwarded-for': address, [proofHeader]: proof },
    })
  const tries = await Promise.all(Array.from({ length: 4 }, () => from('203.0.113.9', 'wrong')))
  t.same(
    tries.map(({ status }) => status),
    [401, 401, 401, 401],
  )
  t.equal((await from('203.0.113.9', 'wrong')).status, 401)
  const refused = await from('203.0.113.9', password)
  t.match(refused, { status: 429, headers: { 'retry-after': '1' }, text: /too_many_attempts/ })
  t.equal((await from('198.51.100.1', password)).status, 200, 'from an address of her own she comes in')
  clock.pass(1_000)
  t.equal((await from('203.0.113.9', password)).status, 200)
})

t.test('a refresh token is good for one use, and a copy of it ends the sign-in', async t => {
  const { rig, clock, login, refresh } = await rigOf(t)
  const first = await login()
  const other = await login()
  const [one, two] = await Promise.all([refresh(first.refresh_token), refresh(first.refresh_token)])
  const given = [one.refresh_token, two.refresh_token].filter(token => token !== null)
  t.equal(given.length, 1, 'of two windows at once one gets the next')
  for (const { access_token } of [one, two]) t.equal(await statusWith(rig, access_token), 200)
  const second = await refresh(given[0] ?? '')
  clock.pass(refreshGrace)
  t.match(await rig.refused('auth.refresh', { refresh_token: first.refresh_token }, null), {
    ...{ code: 'sign_in_ended', detail: /used before/ },
  })
  t.equal(await statusWith(rig, second.access_token), 401, 'whoever has the copy is out as well')
  t.match(await rig.refused('auth.refresh', { refresh_token: second.refresh_token }, null), {
    code: 'sign_in_ended',
  })
  t.equal(await statusWith(rig, other.access_token), 200, 'another sign-in goes on')
  await until(
    async () =>
      (await rig.call('audit.list', { limit: 5 }, rig.admin)).items.some(
        ({ operation, refused }) => operation === 'auth.refresh' && refused,
      ),
    'it is told',
  )
  for (const nonsense of ['x', `dsr_${'A'.repeat(43)}`, rig.alice.secret])
    t.match(await rig.refused('auth.refresh', { refresh_token: nonsense }, null), { code: 'sign_in_ended' })
  clock.pass(900_000)
  t.match(await rig.send('/sessions', { token: other.access_token }), { status: 401, text: /token_expired/ })
  const later = await refresh(other.refresh_token)
  clock.pass(signInLife)
  t.match(await rig.refused('auth.refresh', { refresh_token: later.refresh_token }, null), {
    code: 'sign_in_ended',
  })
})

t.test('what a sign-in has opened ends with it', async t => {
  const { rig, login } = await rigOf(t)
  const { access_token: token, refresh_token } = await login()
  const followed = rig.send('/events', { token, headers: { accept: 'application/x-ndjson' } })
  await until(() => rig.api.live.readers === 1, 'changes are followed')
  await rig.call('auth.logout', { refresh_token }, null)
  t.match((await followed).text, /"type":"end","reason":"problem".*unauthenticated/)
})

t.test('another password ends all sign-ins, and the old one opens nothing', async t => {
  const { rig, login } = await rigOf(t)
  const { access_token, refresh_token } = await login()
  const own = { method: 'POST', token: access_token }
  const wanted = 'another-horse-8-stable'
  const wrong = await rig.send('/me/password', { ...own, body: { old_password: 'wrong', password: wanted } })
  t.match(wrong, { status: 422, text: /password_wrong/ })
  t.equal(await statusWith(rig, access_token), 200)
  const changed = await rig.send('/me/password', {
    ...own,
    body: { old_password: password, password: wanted },
  })
  t.equal(changed.status, 200, changed.text)
  t.equal(await statusWith(rig, access_token), 401)
  t.match(await rig.refused('auth.refresh', { refresh_token }, null), { code: 'sign_in_ended' })
  t.match(await rig.refused('auth.login', { name: 'maria', password }, null), { code: 'invalid_credentials' })
  const anew = await rig.call('auth.login', { name: 'maria', password: wanted }, null)
  await rig.call('users.password', { user: 'maria', password }, rig.admin)
  t.equal(await statusWith(rig, anew.access_token), 401, 'an administrator’s does, too')
  t.match(await rig.refused('users.password', { user: 'maria', password: 'maria-maria-7x' }, rig.admin), {
    ...{ code: 'invalid_input', errors: [{ path: 'password' }] },
  })
  t.match(await rig.refused('me.password', { old_password: password, password: wanted }), {
    code: 'password_wrong',
  })
})

t.test('a role counts at once, for what is open as well', async t => {
  const { rig, login } = await rigOf(t)
  await rig.repository()
  const { id: session } = await rig.session()
  await rig.call('users.update', { user: 'maria', role: 'admin', display_name: 'Maria M.' }, rig.admin)
  const { access_token: token, user } = await login()
  t.match(user, { role: 'admin', display_name: 'Maria M.' })
  t.equal((await rig.send(`/sessions/${session}`, { token })).status, 200, 'an administrator sees all')
  const followed = rig.send('/events', { token, headers: { accept: 'application/x-ndjson' } })
  await until(() => rig.api.live.readers === 1, 'everything is followed')
  await rig.call('users.update', { user: 'maria', role: 'user' }, rig.admin)
  t.match((await followed).text, /"type":"end","reason":"problem".*insufficient_scope/)
  t.equal((await rig.send(`/sessions/${session}`, { token })).status, 404)
  t.equal(await statusWith(rig, token), 200, 'her own she has')
  await rig.call('users.update', { user: 'maria', role: 'service' }, rig.admin)
  t.equal(await statusWith(rig, token), 401, 'a program signs in nowhere')
  t.match(await rig.refused('users.password', { user: 'maria', password }, rig.admin), {
    code: 'no_password',
  })
  t.match(await rig.refused('users.update', { user: 'root', role: 'user' }, rig.admin), {
    code: 'last_admin',
  })
  await rig.call('users.create', { name: 'second', role: 'admin', password }, rig.admin)
  t.match(
    await rig.call('users.update', { user: 'root', role: 'user' }, rig.admin),
    { role: 'user' },
    'who can sign in can administer',
  )
})

t.test('who is disabled is out, and in again when enabled', async t => {
  const { rig, login, refresh } = await rigOf(t)
  const { access_token, refresh_token } = await login()
  await rig.call('users.disable', { user: 'maria' }, rig.admin)
  t.equal(await statusWith(rig, access_token), 401)
  t.match(await rig.refused('auth.refresh', { refresh_token }, null), { code: 'sign_in_ended' })
  t.match(await rig.refused('auth.login', { name: 'maria', password }, null), { code: 'invalid_credentials' })
  await rig.call('users.enable', { user: 'maria' }, rig.admin)
  t.equal(await statusWith(rig, access_token), 200)
  await refresh(refresh_token)
})
