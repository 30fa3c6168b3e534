import t, { type Test } from 'tap'
import { type Answer, problemOf, startRig } from '../rig.ts'

const password = 'correct-horse-7-battery'
const dashboard = 'https://dash.example.org'

async function rigOf(test: Test) {
  const rig = await startRig(test, { allowedOrigins: [dashboard] })
  await rig.call('users.create', { name: 'maria', password }, rig.admin)
  const own = rig.api.url
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    rig.send(path, { method: 'POST', token: null, body, headers })
  const login = (origin = own, path = '/auth/login') =>
    post(path, { name: 'maria', password, cookie: true }, { origin })
  return { ...rig, rig, own, post, login }
}

const setCookies = ({ headers }: Answer): string[] => [headers['set-cookie'] ?? []].flat()

/** What a browser would send back. */
const jar = (answer: Answer): string =>
  setCookies(answer)
    .map(cookie => cookie.split(';', 1)[0])
    .join('; ')

t.test('a page gets its tokens as cookies, and no script of it sees them', async t => {
  const { login, own, send, post } = await rigOf(t)
  const answer = await login()
  t.match(JSON.parse(answer.text), { access_token: null, refresh_token: null, user: { name: 'maria' } })
  const [access = '', refresh = ''] = setCookies(answer)
  t.match(access, /^auth_token=[\w.-]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax$/)
  t.match(refresh, /^refresh_token=dsr_[\w-]{43}; Max-Age=2592000; Path=\/auth; HttpOnly; SameSite=Strict$/)
  const [, underApi = ''] = setCookies(await login(own, '/api/auth/login'))
  t.match(underApi, /Path=\/api\/auth;/, 'each place has its own')
  for (const cookie of setCookies(await login(dashboard)))
    t.match(cookie, /; Secure/, 'where the page came by TLS')
  const cookie = jar(answer)
  const mine = await send('/whoami', { token: null, headers: { cookie } })
  t.match(JSON.parse(mine.text), { user: { name: 'maria' }, token: null })
  const refreshed = await post('/auth/refresh', {}, { cookie, origin: own })
  t.equal(refreshed.status, 200, refreshed.text)
  t.match(JSON.parse(refreshed.text), { access_token: null, refresh_token: null })
  t.equal(setCookies(refreshed).length, 2)
  const twin = await post('/auth/refresh', {}, { cookie, origin: own })
  t.same(setCookies(twin).length, 1, 'another window keeps the refresh token that the first has got')
  const out = await post('/auth/logout', {}, { cookie: jar(refreshed), origin: own })
  t.match([out.status, ...setCookies(out)], [200, /^auth_token=; Max-Age=0/, /^refresh_token=; Max-Age=0/])
  t.equal((await send('/whoami', { token: null, headers: { cookie } })).status, 401)
})

t.test('a cookie counts for the server’s own pages and configured ones alone', async t => {
  const { login, own, send, rig } = await rigOf(t)
  const cookie = jar(await login())
  const ask = (method: string, headers: Record<string, string>) =>
    send(method === 'PATCH' ? '/me' : '/sessions', {
      ...{ method, token: null, headers: { cookie, ...headers } },
      ...(method === 'PATCH' ? { body: { display_name: 'M.' } } : {}),
    })
  for (const origin of [own, dashboard]) {
    t.equal((await ask('GET', { origin })).status, 200)
    t.equal((await ask('PATCH', { origin })).status, 200)
  }
  t.equal((await ask('GET', {})).status, 200, 'a page that is opened names no origin')
  for (const [method, headers] of [
    ['PATCH', {}],
    ['PATCH', { origin: 'null' }],
    ['PATCH', { origin: 'https://evil.example' }],
    ['PATCH', { origin: own.replace(/:\d+$/, ':1') }],
    ['GET', { origin: 'https://evil.example' }],
  ] as const)
    t.match(problemOf(t, await ask(method, headers)), { status: 403, code: 'origin_refused' })
  // Who says who they are by a header is believed by that alone, be it good or bad.
  t.equal(
    (await ask('PATCH', { authorization: `bEaReR \t ${rig.alice.secret} `, origin: 'https://evil.example' }))
      .status,
    200,
  )
  for (const authorization of ['Bearer dst_unknown', 'Bearer', 'Basic abc', 'Bearer a b', ''])
    t.match(
      problemOf(t, await ask('GET', { authorization, origin: own })),
      { code: 'unauthenticated' },
      authorization,
    )
  for (const other of [`auth_token=${rig.alice.secret}`, 'auth_token=', 'auth_token=a.b.c', 'x=y'])
    t.match(problemOf(t, await ask('GET', { cookie: other })), { code: 'unauthenticated' }, other)
})

t.test('no foreign page has a browser signed in, refreshed or signed out', async t => {
  const { login, post, send } = await rigOf(t)
  const cookie = jar(await login())
  const evil = { origin: 'https://evil.example', cookie }
  for (const [path, body, headers] of [
    ['/auth/login', { name: 'maria', password, cookie: true }, evil],
    ['/auth/login', { name: 'maria', password, cookie: true }, {}],
    ['/auth/refresh', {}, evil],
    ['/auth/logout', {}, evil],
    ['/auth/logout', {}, { cookie }],
  ] as const)
    t.match(problemOf(t, await post(path, body, headers)), { code: 'origin_refused' }, path)
  t.equal((await send('/whoami', { token: null, headers: { cookie } })).status, 200)
})
