import t from 'tap'
import { serverSchema } from '../../../../config/schema.ts'
import { mostHeaders } from '../../../../services/api/limits/request-size.ts'
import { mostHeadBytes } from '../../../../services/contract/malformed-request.ts'
import { connected, exchange } from '../raw-request.ts'
import { problemOf, startRig } from '../rig.ts'
import { until } from '../until.ts'

const json = { 'content-type': 'application/json' }

t.test('a request may be so large and no larger, in each of its parts', async t => {
  const rig = await startRig(t)
  const get = (path: string, headers: Record<string, string> = {}) => rig.send(path, { headers })
  t.equal((await get(`/whoami?${'x'.repeat(8_000)}`)).status, 400, 'an unknown field')
  t.equal(problemOf(t, await get(`/whoami?${'x'.repeat(9_000)}`)).code, 'url_too_long')
  t.equal(problemOf(t, await get(`/sessions/${'x'.repeat(9_000)}`)).code, 'url_too_long')
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, '1']))
  t.equal((await get('/whoami', many(mostHeaders - 10))).status, 200)
  t.equal(problemOf(t, await get('/whoami', many(mostHeaders + 1))).code, 'headers_too_large')
  t.equal(problemOf(t, await get('/whoami', many(1_500))).code, 'headers_too_large')
  t.equal(problemOf(t, await get('/whoami', { x: 'x'.repeat(mostHeadBytes) })).code, 'headers_too_large')

  const post = (path: string, raw: string | Buffer, headers: Record<string, string> = json) =>
    rig.send(path, { method: 'POST', raw, headers, token: rig.admin })
  const padded = (bytes: number) => `{${' '.repeat(bytes - 2)}}`
  t.equal(problemOf(t, await post('/users', padded(2 ** 20))).code, 'invalid_input')
  t.equal(problemOf(t, await post('/users', padded(2 ** 20 + 1))).code, 'body_too_large')
  t.equal(
    problemOf(t, await post('/sessions', padded(2 ** 20 + 1))).code,
    'invalid_input',
    'room for a patch',
  )
  t.match(problemOf(t, await post('/users', `{"name":${'['.repeat(64)}${']'.repeat(64)}}`)), {
    code: 'invalid_input',
    detail: /nests deeper/,
  })
  t.match(problemOf(t, await post('/users', `{"name":${'['.repeat(63)}${']'.repeat(63)}}`)), {
    errors: [{ path: 'name' }],
  })

  const members = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":1`).join(',')}}`
  t.match(problemOf(t, await post('/users', members(20_001))), {
    code: 'invalid_input',
    detail: /more than 20000 values/,
  })
  for (const many of [
    members(19_000),
    `{"name":"maria","role":${members(19_000)}}`,
    `{"${'x'.repeat(900_000)}":1}`,
  ]) {
    const answer = await post('/users', many)
    const { errors = [] } = problemOf(t, answer)
    t.ok(errors.length > 0 && errors.length <= 100, `${errors.length} of its faults are told`)
    t.ok(answer.text.length < 30_000, `in ${answer.text.length} characters`)
  }
  const secrets = problemOf(t, await post('/sessions', `{"repository":"demo","secrets":${members(19_000)}}`))
  t.equal(secrets.errors?.length, 100, 'what is told of the members of a field is no more either')

  const body = '{"name":"maria"}'
  const others = [
    [Buffer.from('{"name":"\xff"}', 'latin1'), json, 'invalid_input'],
    [body, { ...json, 'content-encoding': 'gzip' }, 'unsupported_media_type'],
    [body, { 'content-type': 'application/json; charset=latin1' }, 'unsupported_media_type'],
    [
      Buffer.from(body, 'utf16le'),
      { 'content-type': 'application/json; charset=utf-16' },
      'unsupported_media_type',
    ],
  ] as const
  for (const [raw, headers, code] of others)
    t.equal(problemOf(t, await post('/users', raw, headers)).code, code)
  const taken = await post('/users', body, {
    'content-type': 'application/json;charset="UTF-8"',
    'content-encoding': 'identity',
  })
  t.equal(taken.status, 201, taken.text)
})

t.test('requests are counted by token, and by address without a valid one', async t => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const { api: requests } = serverSchema.parse({ api: { requests_per_minute: 4, anonymous_per_minute: 3 } })
  const rig = await startRig(t, { requests, clock: { now: () => now } })
  for (let left = 3; left >= 0; left--) {
    const { status, headers } = await rig.send('/whoami')
    t.equal(status, 200)
    t.equal(headers['ratelimit-policy'], '"caller";q=4;w=60')
    t.equal(headers.ratelimit, `"caller";r=${left};t=60`)
  }
  now += 20_000
  const refused = await rig.send('/whoami')
  t.match(problemOf(t, refused), { status: 429, code: 'rate_limited', detail: /wait 40 seconds/ })
  t.equal(refused.headers['retry-after'], '40')
  t.equal((await rig.send('/whoami', { token: rig.bob })).status, 200, 'not another one’s')
  t.equal((await rig.send('/healthz', { token: null })).status, 200)
  t.equal((await rig.send('/whoami', { token: 'dst_wrong' })).status, 401)
  t.equal((await rig.send('/whoami', { token: null })).status, 401)
  t.equal(problemOf(t, await rig.send('/whoami', { token: null })).code, 'rate_limited')
  t.equal(problemOf(t, await rig.send('/healthz', { token: null })).code, 'rate_limited')
  t.equal((await rig.send('/whoami', { token: rig.bob })).status, 200, 'who has a token comes in')
  now += 40_000
  t.equal((await rig.send('/whoami')).status, 200)
  const kept = await rig.store.read(database => database.selectFrom('sessions').selectAll().execute())
  t.same(kept, [])
})

t.test('who sends slowly, or nothing, is cut', async t => {
  const rig = await startRig(t, { limits: { head: 400, request: 1_500 } })
  const starts = ['', 'GET /whoami HT', 'GET /whoami HTTP/1.1\r\nHost: a\r\nX-Slow: ']
  const answers = await Promise.all(starts.map(start => exchange(rig, start)))
  for (const [index, { statuses, text }] of answers.entries()) {
    t.same(statuses, [408], `${starts[index]}`)
    t.match(text, 'request_timeout')
  }
  const head = `POST /users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${rig.admin.secret}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`
  const { statuses } = await exchange(rig, `${head}{"name":`)
  t.same(statuses, [408], 'a body that does not come')
})

t.test('connections on which nothing happens keep nobody else out', async t => {
  const { api: requests } = serverSchema.parse({ api: { connections: 50 } })
  const rig = await startRig(t, { requests })
  const idle = await Promise.all(Array.from({ length: 200 }, () => connected(rig)))
  t.teardown(() => {
    for (const socket of idle) socket.destroy()
  })
  t.equal((await rig.send('/whoami')).status, 200)
  await until(() => idle.filter(socket => socket.closed).length >= 150, 'the oldest are gone')
  t.ok(idle.filter(socket => !socket.closed).length <= 50)
})

t.test('requests in progress are not cut for others', async t => {
  const { api: requests } = serverSchema.parse({ api: { connections: 10 } })
  const rig = await startRig(t, { requests })
  await rig.repository()
  const { commands } = await rig.session(['sleep 100'])
  const waiting = Array.from({ length: 3 }, () => rig.send(`/commands/${commands[0]}?wait=60`))
  await until(() => rig.api.changes.watching === 3, 'all wait')
  const others = await Promise.all(Array.from({ length: 50 }, () => connected(rig)))
  await until(() => others.filter(socket => socket.closed).length >= 43, 'the others give way')
  t.equal(rig.api.changes.watching, 3)
  for (const socket of others) socket.destroy()
  await rig.api[Symbol.asyncDispose]()
  for (const { status } of await Promise.all(waiting)) t.equal(status, 200)
})
