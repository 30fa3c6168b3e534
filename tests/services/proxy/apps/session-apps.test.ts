import t from 'tap'
import { lastOfApp } from '../../../../services/store/session-apps.ts'
import { revokeToken } from '../../../../services/store/tokens.ts'
import { until } from '../../../until.ts'
import { app } from '../../runner/apps/rig.ts'
import { frontRig } from './rig.ts'

t.setTimeout(240_000)

/** Says what came to it, and tries to plant a cookie. */
const mirror = `import http.server, json, os, socketserver, sys
class Mirror(http.server.BaseHTTPRequestHandler):
    def answer(self):
        if self.path == "/end":
            print("the last words", flush=True)
            os._exit(3)
        length = int(self.headers.get("content-length") or 0)
        said = {"path": self.path, "method": self.command, "headers": self.headers.items(), "body": self.rfile.read(length).decode()}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("set-cookie", "mine=1; Domain=localhost; Path=/")
        self.send_header("set-cookie", "auth_token=stolen; Path=/")
        self.send_header("clear-site-data", '"*"')
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = do_PATCH = answer
    def address_string(self):
        return "somebody"
socketserver.ThreadingUnixStreamServer(sys.argv[1], Mirror).serve_forever()
`
const tree = { 'mirror.py': mirror }
const files = app({ command: ['python3', 'mirror.py', '{socket}'] })
const headersOf = (text: string): [string, string][] => JSON.parse(text).headers
const said = (text: string, name: string) =>
  headersOf(text).filter(([key]) => key.toLowerCase() === name.toLowerCase())

t.test(
  'an app is opened in a browser: signed in with an address that is good once, on an origin of its own',
  async t => {
    const rig = await frontRig(t, { files })
    const { id } = await rig.sessionOf(tree)
    const host = rig.hostOf(id, 'files')
    t.match(await rig.send('/', { host }), { status: 401, headers: { 'www-authenticate': /Bearer/ } })
    const url = await rig.opened(id, 'files')
    t.equal(url.host, host)
    const entered = await rig.send(`${url.pathname}${url.search}`, { host })
    t.match(entered, { status: 303, headers: { location: '/', 'referrer-policy': 'no-referrer' } })
    const [cookie = ''] = [entered.headers['set-cookie']].flat()
    t.match(cookie, /^debug_server_app=\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/)
    t.match(await rig.send(`${url.pathname}${url.search}`, { host }), { status: 401 })
    const pass = cookie.split(';', 1)[0] ?? ''

    const answer = await rig.send('/a?b=c', {
      host,
      headers: { cookie: `x=1; auth_token=secret; ${pass}; y=2`, 'x-forwarded-for': '6.6.6.6' },
    })
    t.equal(answer.status, 200)
    t.match(JSON.parse(answer.text), { path: '/a?b=c', method: 'GET' })
    t.same(said(answer.text, 'cookie'), [['cookie', 'x=1; y=2']])
    t.same(
      said(answer.text, 'x-forwarded-for').map(([, value]) => value),
      ['127.0.0.1'],
    )
    t.same(
      said(answer.text, 'host').map(([, value]) => value),
      [host],
    )
    t.same(said(answer.text, 'x-debug-server-proxy'), [], 'what proves who we are goes to nobody')
    t.same(answer.headers['set-cookie'], ['mine=1; Path=/'], 'cookies of this host alone, and none of ours')
    t.equal(answer.headers['content-security-policy'], undefined)

    const own = await rig.send('/', { host, headers: { cookie: pass, authorization: 'Bearer of-the-app' } })
    t.same(said(own.text, 'authorization'), [['authorization', 'Bearer of-the-app']])
    const ours = await rig.send('/', { host, headers: { cookie: pass, ...rig.bearer(rig.alice) } })
    t.same(said(ours.text, 'authorization'), [])

    t.ok(await revokeToken(rig.store, rig.alice.tokenId, rig.now()))
    t.match(
      await rig.send('/', { host, headers: { cookie: pass } }),
      { status: 401 },
      'it ends with what it was made by',
    )
  },
)

t.test('on a path of the server, an app gets no cookie, sets none, and its pages have no origin', async t => {
  const rig = await frontRig(t, { files })
  const { id } = await rig.sessionOf(tree)
  const headers = { ...rig.bearer(rig.alice), cookie: 'any=1; auth_token=2' }
  for (const { path, prefix } of [
    { path: `/sessions/${id}/files`, prefix: `/sessions/${id}/files` },
    { path: `/session/${id}/files`, prefix: `/session/${id}/files` },
    { path: '/api/sessions/@last/files', prefix: '/api/sessions/@last/files' },
  ]) {
    const answer = await rig.send(`${path}/tree?path=.`, { headers })
    t.match(JSON.parse(answer.text), { path: '/tree?path=.' }, path)
    for (const name of ['cookie', 'authorization']) t.same(said(answer.text, name), [], name)
    t.same(said(answer.text, 'x-forwarded-prefix'), [['X-Forwarded-Prefix', prefix]])
    t.equal(answer.headers['set-cookie'], undefined)
    t.equal(answer.headers['clear-site-data'], undefined)
    t.match(answer.headers['content-security-policy'], /^sandbox (?!.*allow-same-origin)/)
    t.equal(answer.headers['x-content-type-options'], 'nosniff')
  }
  t.match(await rig.send(`/sessions/${id}/files?a=b`, { headers }), {
    status: 308,
    headers: { location: 'files/?a=b' },
  })
  const sent = await rig.send(`/sessions/${id}/files/x`, { method: 'PATCH', headers, body: 'some text' })
  t.match(JSON.parse(sent.text), { method: 'PATCH', body: 'some text' })
  const large = await rig.send(`/sessions/${id}/files/x`, {
    method: 'POST',
    headers,
    body: 'x'.repeat(10_001),
  })
  t.match(large, { status: 413, text: /body_too_large/ })
  t.match(await rig.send(`/sessions/${id}/opencode/x`, { headers }), { status: 404, text: /app_not_found/ })
  t.match(await rig.send(`/sessions/${id}/files/`, { method: 'POST', headers: { cookie: 'auth_token=x' } }), {
    status: 403,
    text: /origin_refused/,
  })
})

t.test('nobody comes to the apps of another, by whichever way', async t => {
  const rig = await frontRig(t, { files })
  const { id } = await rig.sessionOf(tree)
  const { id: his } = await rig.sessionOf(tree, rig.bob)
  const refused = async (status: number, path: string, sent: Parameters<typeof rig.send>[1]) =>
    t.match(await rig.send(path, sent), { status }, `${path} ${JSON.stringify(sent)}`)
  const headers = rig.bearer(rig.bob)
  await refused(404, `/sessions/${id}/files/`, { headers })
  await refused(404, '/', { host: rig.hostOf(id, 'files'), headers })
  await refused(404, `/api/sessions/${id}/apps/files/open`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{}',
  })
  const cookie = await rig.pass(his, 'files', rig.bob)
  t.match(await rig.send('/', { host: rig.hostOf(his, 'files'), headers: { cookie } }), { status: 200 })
  await refused(401, '/', { host: rig.hostOf(id, 'files'), headers: { cookie } })
  const moved = cookie.replace(his, id)
  t.not(moved, cookie)
  await refused(401, '/', { host: rig.hostOf(id, 'files'), headers: { cookie: moved } })
  await refused(401, '/', { host: rig.hostOf(his, 'other'), headers: { cookie } })
  const url = await rig.opened(his, 'files', rig.bob)
  await refused(401, `${url.pathname}${url.search}`, { host: rig.hostOf(id, 'files') })
  t.equal(await lastOfApp(rig.store, id, 'files'), undefined, 'and nothing was started')
})

t.test('a page of another origin has a pass used for nothing but to open the app', async t => {
  const rig = await frontRig(t, { files })
  const { id } = await rig.sessionOf(tree)
  const host = rig.hostOf(id, 'files')
  const cookie = await rig.pass(id, 'files')
  const status = async (method: string, headers: Record<string, string>) =>
    (await rig.send('/', { host, method, headers: { cookie, ...headers } })).status
  t.equal(await status('POST', { origin: `http://${host}` }), 200)
  t.equal(await status('POST', { origin: 'http://other--0123456789ab.localhost' }), 403)
  t.equal(await status('POST', {}), 403)
  t.equal(await status('GET', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }), 403)
  const goes = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  t.equal(await status('GET', { ...goes, 'sec-fetch-dest': 'document' }), 200)
  t.equal(await status('GET', { ...goes, 'sec-fetch-dest': 'iframe' }), 403)
})

t.test(
  'one that starts is waited for, one that takes longer is 503, one that has failed 502 with its last lines',
  async t => {
    const slow = app({ command: ['sh', '-c', 'sleep 600', '{socket}'] })
    const rig = await frontRig(t, { files, slow }, { patienceMs: 300 })
    const { id } = await rig.sessionOf(tree)
    const headers = rig.bearer(rig.alice)
    t.match(await rig.send('/', { host: rig.hostOf(id, 'slow'), headers }), {
      status: 503,
      headers: { 'retry-after': '1' },
      text: /"app_starting"/,
    })
    const host = rig.hostOf(id, 'files')
    await until('the app to answer', async () =>
      (await rig.send('/', { host, headers })).status === 200 ? true : undefined,
    )
    t.match(await rig.send('/end', { host, headers }), { status: 502 })
    await until('its end to be recorded', async () =>
      (await lastOfApp(rig.store, id, 'files'))?.status === 'failed' ? true : undefined,
    )
    const failed = await rig.send('/', { host, headers })
    t.match(failed, { status: 502, text: /"app_failed".*exited with code 3.*the last words/ })
    t.notMatch(failed.text, /\/(?:tmp|proc)\b|127\.0\.0\.1/)
  },
)

t.test('a port of the session is one of its origins; one that nobody listens on is 502', async t => {
  const rig = await frontRig(t, {})
  const { id } = await rig.sessionOf(tree)
  const command = await rig.queue({ id }, [
    'python3',
    '-uc',
    'import http.server as h\ns = h.HTTPServer(("127.0.0.1", 0), h.SimpleHTTPRequestHandler)\nprint("at", s.server_port)\ns.serve_forever()',
  ])
  const port = (await rig.printed(id, command, /at \d+\n/)).trim().split(' ')[1] ?? ''
  const cookie = await rig.pass(id, port)
  const host = rig.hostOf(id, port)
  t.match(await rig.send('/mirror.py', { host, headers: { cookie } }), { status: 200, text: mirror })
  const own = rig.port
  t.match(await rig.send('/', { host: rig.hostOf(id, own), headers: rig.bearer(rig.alice) }), {
    status: 502,
    text: /is no port of this session's/,
  })
  await t.rejects(rig.opened(id, own), /app_unreachable/)
})
