import t from 'tap'
import { startRig } from './rig.ts'

const page = 'https://dash.example.org'

t.test('without configured origins nothing is said of origins', async t => {
  const rig = await startRig(t)
  const answer = await rig.send('/whoami', { headers: { origin: page } })
  t.equal(answer.status, 200, 'a token is a token')
  t.notOk(Object.keys(answer.headers).some(name => name.startsWith('access-control')))
  const headers = { origin: page, 'access-control-request-method': 'POST' }
  const preflight = await rig.send('/sessions', { method: 'OPTIONS', headers, token: null })
  t.equal(preflight.status, 405)
  t.notOk(Object.keys(preflight.headers).some(name => name.startsWith('access-control')))
})

t.test('pages of configured origins may use the API, and no others', async t => {
  const rig = await startRig(t, { allowedOrigins: [page, 'http://localhost:3000'] })
  await rig.repository()
  const { id } = await rig.session()
  const preflight = (origin: string, path: string, method: string) =>
    rig.send(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
      token: null,
    })
  for (const [path, method] of [
    ['/sessions', 'POST'],
    [`/api/sessions/${id}`, 'PATCH'],
  ] as const) {
    const { status, headers } = await preflight(page, path, method)
    t.equal(status, 204)
    t.equal(headers['access-control-allow-origin'], page)
    t.equal(headers['access-control-allow-credentials'], 'true')
    t.match(headers['access-control-allow-methods'], method)
    for (const name of ['authorization', 'idempotency-key', 'if-match'])
      t.match(headers['access-control-allow-headers'], name)
    t.match(headers.vary, /origin/i)
  }
  for (const origin of ['https://evil.example.org', `${page}.evil.org`, 'null', 'http://dash.example.org']) {
    t.equal(
      (await preflight(origin, '/sessions', 'POST')).headers['access-control-allow-origin'],
      undefined,
      origin,
    )
    const { headers } = await rig.send('/whoami', { headers: { origin } })
    t.equal(headers['access-control-allow-origin'], undefined, origin)
  }
  const read = [
    ['/whoami', rig.alice],
    ['/whoami', null],
    ['/nowhere', rig.alice],
    [`/sessions/${id}/logs`, rig.alice],
    ['/events?once=true', rig.alice],
  ] as const
  for (const [path, token] of read) {
    const { headers } = await rig.send(path, { headers: { origin: page }, token })
    t.equal(headers['access-control-allow-origin'], page, path)
    t.equal(headers['access-control-allow-credentials'], 'true', path)
    t.match(headers['access-control-expose-headers'], 'etag', path)
  }
  t.equal((await rig.send('/tokens', { method: 'OPTIONS' })).status, 204, 'what is no preflight')
})
