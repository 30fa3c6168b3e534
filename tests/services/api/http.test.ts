import { once } from 'node:events'
import { connect } from 'node:net'
import { sql } from 'kysely'
import t from 'tap'
import { StoreBusyError } from '../../../services/store/busy.ts'
import { problemOf, type Rig, startRig } from './rig.ts'

const json = { 'content-type': 'application/json' }

t.test('what is at no address is a problem, at another method one that says which', async t => {
  const rig = await startRig(t)
  const cases = [
    { method: 'GET', path: '/', code: 'not_found' },
    { method: 'GET', path: '/nowhere?x=1', code: 'not_found' },
    { method: 'GET', path: '/api', code: 'not_found' },
    { method: 'GET', path: '/api/api/healthz', code: 'not_found' },
    { method: 'GET', path: '/sessions/x/', code: 'not_found' },
    { method: 'GET', path: '/SESSIONS', code: 'not_found' },
    { method: 'GET', path: '/sessions/x/../../etc/passwd', code: 'not_found' },
    { method: 'POST', path: '/healthz', code: 'method_not_allowed', allow: 'GET, HEAD' },
    { method: 'PUT', path: '/sessions', code: 'method_not_allowed', allow: 'GET, HEAD, POST' },
    {
      method: 'PUT',
      path: '/api/sessions/@last',
      code: 'method_not_allowed',
      allow: 'DELETE, GET, HEAD, PATCH',
    },
    { method: 'HEAD', path: '/sessions/@last/logs', code: 'method_not_allowed', allow: 'GET' },
    { method: 'OPTIONS', path: '/tokens', code: 'method_not_allowed', allow: 'GET, HEAD, POST' },
    { method: 'GET', path: '/sessions/@last/stop', code: 'method_not_allowed', allow: 'POST' },
    { method: 'DELETE', path: '/openapi.json', code: 'method_not_allowed', allow: 'GET, HEAD' },
  ]
  for (const { method, path, code, allow } of cases) {
    const answer = await rig.send(path, { method })
    t.equal(answer.headers.allow, allow, `${method} ${path}`)
    if (method === 'HEAD') t.equal(answer.status, 405)
    else t.equal(problemOf(t, answer).code, code, `${method} ${path}`)
  }
})

t.test('a body has to be JSON, an object, and not too large', async t => {
  const rig = await startRig(t)
  const post = (raw: string | Buffer, headers: Record<string, string>) =>
    rig.send('/tokens', { method: 'POST', raw, headers, token: rig.admin })
  const cases = [
    { raw: '{"name":', headers: json, code: 'invalid_input', detail: /JSON/ },
    { raw: 'hunter2', headers: json, code: 'invalid_input', detail: /JSON/ },
    { raw: '[]', headers: json, code: 'invalid_input', detail: /object/ },
    { raw: 'null', headers: json, code: 'invalid_input', detail: /object/ },
    { raw: '"x"', headers: json, code: 'invalid_input', detail: /object/ },
    { raw: '', headers: json, code: 'invalid_input', detail: /name: is required/ },
    {
      raw: '{"name":"a","scopes":[],"__proto__":{"x":1}}',
      headers: json,
      code: 'invalid_input',
      detail: /JSON/,
    },
    {
      raw: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      headers: json,
      code: 'invalid_input',
      detail: /nests deeper/,
    },
    {
      raw: `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      headers: json,
      code: 'invalid_input',
      detail: /nests deeper/,
    },
    {
      raw: '{}',
      headers: { 'content-type': 'text/plain' },
      code: 'unsupported_media_type',
      detail: /JSON|json/,
    },
    { raw: '{}', headers: {}, code: 'unsupported_media_type', detail: /json/ },
    {
      raw: 'a=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      code: 'unsupported_media_type',
      detail: /json/,
    },
    { raw: Buffer.alloc(17_000_000, ' '), headers: json, code: 'body_too_large', detail: /larger/ },
  ] as const
  for (const { raw, headers, code, detail } of cases) {
    const problem = problemOf(t, await post(raw, headers))
    t.match(problem, { code, detail }, `${raw.toString().slice(0, 40)}`)
    t.notMatch(problem.detail, 'hunter2')
  }
  const charset = await post('{"name":"ok","scopes":[]}', {
    'content-type': 'application/json; charset=utf-8',
  })
  t.equal(charset.status, 201, charset.text)
})

t.test('fields travel where the contract says and nowhere else', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const cases = [
    { path: `/sessions/${id}/stop?wait=1`, sent: { method: 'POST' }, field: 'wait' },
    { path: `/sessions/${id}/stop`, sent: { method: 'POST', body: { session: id } }, field: 'session' },
    { path: `/sessions/${id}?session=${id}`, sent: {}, field: 'session' },
    { path: `/sessions/${id}`, sent: { method: 'DELETE', body: { wait: 1 } }, field: '' },
    { path: '/sessions?limit=1&limit=2', sent: {}, field: 'limit' },
  ]
  for (const { path, sent, field } of cases)
    t.match(
      problemOf(t, await rig.send(path, sent)),
      { code: 'invalid_input', errors: [{ path: field }] },
      path,
    )
  t.match(await rig.call('sessions.get', { session: id }), { status: 'running' }, 'nothing was done')
})

t.test('an address that is no URL is a problem too', async t => {
  const rig = await startRig(t)
  for (const path of [
    '/sessions/%zz',
    '/sessions/%',
    `/sessions/${'x'.repeat(5_000)}`,
    '/sessions/%00',
    '/sessions/%2e%2e%2f',
  ])
    t.equal((await raw(rig, `GET ${path} HTTP/1.1`)).status, 400, path.slice(0, 40))
})

t.test('what is no HTTP is answered by a problem and the end of the connection', async t => {
  const rig = await startRig(t)
  const cases = [
    ['hello', 400, 'invalid_input'],
    ['GET / HTTP/1.1\r\nContent-Length: x', 400, 'invalid_input'],
    [`GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`, 431, 'headers_too_large'],
  ] as const
  for (const [line, status, code] of cases) {
    const answer = await raw(rig, line)
    t.equal(answer.status, status)
    t.match(JSON.parse(answer.body), { code })
  }
})

/** Sends these lines as they are. */
async function raw(rig: Rig, lines: string) {
  const socket = connect(Number(new URL(rig.api.url).port), '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  socket.on('error', () => {})
  socket.write(
    `${lines}\r\nHost: a\r\nAuthorization: Bearer ${rig.alice.secret}\r\nConnection: close\r\n\r\n`,
  )
  await once(socket, 'close')
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, body }
}

t.test('who may not send is told before the body is read', async t => {
  const rig = await startRig(t)
  const socket = connect(Number(new URL(rig.api.url).port), '127.0.0.1')
  socket.write(
    'POST /sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 16000000\r\n\r\n{',
  )
  const [chunk] = await once(socket, 'data')
  t.match(`${chunk}`, /^HTTP\/1\.1 401 /)
  socket.destroy()
})

t.test('a busy store is a problem to retry', async t => {
  const rig = await startRig(t)
  const original = rig.store.read
  rig.store.read = () => Promise.reject(new StoreBusyError('locked'))
  const answer = await rig.send('/whoami')
  rig.store.read = original
  t.equal(problemOf(t, answer).code, 'store_busy')
  t.ok(answer.headers['retry-after'])
})

t.test('a disk without room is a problem that says so, and changes nothing', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const limit = (pages: number) =>
    rig.store.read(database => sql.raw(`pragma max_page_count = ${pages}`).execute(database))
  await limit(1) // never less than there are: from here on the store cannot grow
  const body = { repository: 'demo', commands: Array.from({ length: 50 }, () => 'x'.repeat(2_000)) }
  const answer = await rig.send('/sessions', { method: 'POST', body })
  t.equal(problemOf(t, answer).code, 'storage_full')
  await limit(1_000_000)
  t.equal((await rig.send('/sessions', { method: 'POST', body })).status, 201)
})

t.test('a mistake of ours tells nothing of itself, and the log has it under the same id', async t => {
  const rig = await startRig(t)
  const original = rig.store.read
  rig.store.read = () => Promise.reject(new Error('/secret/path hunter2'))
  const answer = await rig.send('/whoami')
  rig.store.read = original
  t.equal(problemOf(t, answer).code, 'internal')
  t.notMatch(answer.text, 'hunter2')
  const id = `${answer.headers['x-request-id']}`
  t.ok(rig.logged.some(line => line.includes(id) && line.includes('hunter2')))
})

t.test('each request is a line in the log, with the route and the token and no secret', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  await rig.send(`/sessions/${id}?wait=0`)
  await rig.send('/nowhere?word=hunter2')
  const lines = rig.logged.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'request')
  t.match(
    lines.find(({ route }) => route === '/sessions/{session}'),
    {
      method: 'GET',
      status: 200,
      ms: Number,
      request: /^[0-9a-f]{16}$/,
      credential: rig.alice.id,
    },
  )
  t.match(
    lines.find(({ status }) => status === 404),
    { route: '(none)', credential: undefined },
  )
  t.notMatch(rig.logged.join(''), rig.alice.secret)
  t.notMatch(rig.logged.join(''), 'hunter2')
})

t.test('a beginning of an id serves where it is the only one', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const sessions = await Promise.all(Array.from({ length: 40 }, () => rig.session(['ls'])))
  const one = sessions[0]?.id ?? ''
  const byLength = (length: number) => sessions.filter(({ id }) => id.startsWith(one.slice(0, length))).length
  const unique = [...one].findIndex((_, index) => index > 4 && byLength(index) === 1)
  t.match(await rig.call('sessions.get', { session: one.slice(0, unique) }), { id: one })
  t.match(await rig.call('sessions.get', { session: one.slice(4, unique) }), { id: one }, 'without ses_ too')
  const shared = sessions
    .map(({ id }) => id.slice(4, 5))
    .find((first, index, all) => all.indexOf(first) !== index)
  const problem = await rig.refused('sessions.get', { session: shared })
  t.match(problem, { code: 'ambiguous_id', detail: /ses_\w{12}, ses_\w{12}/ })
  t.match(await rig.refused('sessions.get', { session: shared }, rig.bob), { code: 'session_not_found' })
  const commandIds = sessions.flatMap(({ commands }) => commands)
  const letter = commandIds
    .map(id => id.slice(4, 5))
    .find((first, index, all) => all.indexOf(first) !== index)
  t.match(await rig.refused('commands.get', { command: letter }), { code: 'ambiguous_id' })
})
