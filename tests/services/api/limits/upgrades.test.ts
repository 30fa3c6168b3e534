import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { WebSocket } from 'ws'
import { serverSchema } from '../../../../config/schema.ts'
import { mostHeaders } from '../../../../services/api/limits/request-size.ts'
import { StreamRoom } from '../../../../services/api/limits/stream-room.ts'
import { dialDebug } from '../debug-rig.ts'
import { dialLog, dialStream } from '../log-readers.ts'
import { handshake } from '../raw-websocket.ts'
import { problemOf, type Rig, startRig } from '../rig.ts'
import { serverSockets } from '../server-sockets.ts'
import { until } from '../until.ts'
import { refusalOf } from '../websocket-refusal.ts'

const upgrade = (rig: Rig, path: string, headers: Record<string, string> = {}) =>
  new WebSocket(`${rig.api.url.replace('http', 'ws')}${path}`, {
    headers: { authorization: `Bearer ${rig.alice.secret}`, ...headers },
  })

/** What is left of a minute is told by the second. */
const stillClock = () => {
  const started = Date.now()
  return { now: () => started }
}

t.test('a request to upgrade may be as large as any other', async t => {
  const rig = await startRig(t)
  const codeOf = async (path: string, headers: Record<string, string> = {}) =>
    problemOf(t, await refusalOf(upgrade(rig, path, headers))).code
  t.equal(await codeOf(`/events?${'x'.repeat(9_000)}`), 'url_too_long')
  t.equal(await codeOf(`/nothing?${'x'.repeat(9_000)}`), 'url_too_long')
  const many = Object.fromEntries(Array.from({ length: mostHeaders + 1 }, (_, n) => [`x-${n}`, '1']))
  t.equal(await codeOf('/events', many), 'headers_too_large')
  const open = upgrade(rig, '/events', Object.fromEntries(Object.entries(many).slice(0, 80)))
  await once(open, 'open')
  open.terminate()
})

t.test('requests to upgrade are counted with all others', async t => {
  const { api: requests } = serverSchema.parse({ api: { requests_per_minute: 3, anonymous_per_minute: 2 } })
  const rig = await startRig(t, { requests, clock: stillClock() })
  const refused = async (socket: WebSocket) => {
    const answer = await refusalOf(socket)
    return { code: problemOf(t, answer).code, headers: answer.headers }
  }
  for (const path of ['/events', '/events']) {
    const socket = upgrade(rig, path)
    await once(socket, 'open')
    socket.terminate()
  }
  t.equal((await rig.send('/whoami')).headers.ratelimit, '"caller";r=0;t=60')
  t.match(await refused(upgrade(rig, '/events')), {
    code: 'rate_limited',
    headers: { 'retry-after': /^\d+$/, 'ratelimit-policy': '"caller";q=3;w=60' },
  })
  t.match(await refused(upgrade(rig, '/events', { authorization: 'Bearer dst_wrong' })), {
    code: 'unauthenticated',
    headers: { ratelimit: /^"address";r=1/ },
  })
  t.equal((await refused(upgrade(rig, '/nowhere', { authorization: '' }))).code, 'not_found')
  for (const path of ['/events', '/nowhere', `/events?${'x'.repeat(9_000)}`])
    t.equal((await refused(upgrade(rig, path, { authorization: 'Bearer x' }))).code, 'rate_limited', path)
  const other = dialStream(rig, '/events', { person: rig.bob })
  await once(other, 'open')
  other.terminate()
})

t.test('whatever is asked for is counted, once', async t => {
  const { api: requests } = serverSchema.parse({ api: { anonymous_per_minute: 20 } })
  const rig = await startRig(t, { requests, clock: stillClock() })
  let left = 20
  const asks: [path: string, method?: string][] = [
    ['/nothing'],
    ['/api/nothing'],
    ['/openapi.json'],
    ['/docs'],
    ['/redoc'],
    ['/metrics'],
    ['/healthz'],
    ['/sessions'],
    ['/whoami?token=x'],
    [`/${'x'.repeat(9_000)}`],
    ['/%zz'],
    ['/healthz', 'DELETE'],
    ['/sessions', 'OPTIONS'],
  ]
  for (const [path, method = 'GET'] of asks) {
    const answer = await rig.send(path, { method, token: null })
    left--
    t.equal(answer.headers.ratelimit, `"address";r=${left};t=60`, `${method} ${path.slice(0, 20)}`)
  }
  t.match((await rig.send('/metrics', { token: rig.admin })).headers['ratelimit-policy'], '"caller"')
  while (left-- > 0) await rig.send('/nothing', { token: null })
  for (const [path, method = 'GET'] of asks)
    t.equal(
      problemOf(t, await rig.send(path, { method, token: null })).code,
      'rate_limited',
      `${method} ${path.slice(0, 20)}`,
    )
  t.equal((await rig.send('/whoami')).status, 200)
})

t.test('a user may have so many streams open, of whatever kind, and nobody else’s count', async t => {
  const rig = await startRig(t, { streamsPerUser: 3 })
  await rig.repository()
  const { id } = await rig.session(['make'])
  const changes = new AbortController()
  await fetch(`${rig.api.url}/events`, {
    headers: { authorization: `Bearer ${rig.alice.secret}`, accept: 'text/event-stream' },
    signal: changes.signal,
  })
  const log = dialLog(rig, id, { follow: true })
  await once(log, 'open')
  const debug = dialDebug(rig, id)
  await once(debug, 'open')
  const phone = await rig.call('tokens.create', { name: 'phone', user: 'alice', scopes: ['cli'] }, rig.admin)
  const another = { secret: phone.token, id: phone.id }
  for (const person of [rig.alice, another]) {
    t.match(problemOf(t, await rig.send('/events?once=true', { token: person })), {
      ...{ code: 'stream_limit', status: 429, detail: /3 streams open/ },
    })
    t.equal(problemOf(t, await rig.send(`/sessions/${id}/logs`, { token: person })).code, 'stream_limit')
    t.equal(problemOf(t, await refusalOf(dialDebug(rig, id, person))).code, 'stream_limit')
    t.equal(problemOf(t, await refusalOf(dialStream(rig, '/events', { person }))).code, 'stream_limit')
  }
  t.equal((await rig.send('/events?once=true', { token: rig.bob })).status, 200)
  t.equal((await rig.send('/whoami')).status, 200, 'all else she may')
  const isFree = async () => (await rig.send('/events?once=true')).status === 200
  log.terminate()
  await until(isFree, 'one that is closed makes room')
  changes.abort()
  debug.terminate()
  await until(() => rig.api.live.readers === 0, 'nobody reads')
  for (let n = 0; n < 10; n++) t.ok(await isFree())
})

t.test('room is given back once', t => {
  const room = new StreamRoom(1)
  const caller = { credential: { user_id: 'usr_a' } } as Parameters<typeof room.enter>[0]
  const first = room.enter(caller)
  t.match(room.enter(caller), { ok: false, code: 'stream_limit' })
  if (!first.ok) throw new Error(first.detail)
  first.value[Symbol.dispose]()
  const second = room.enter(caller)
  t.ok(second.ok)
  first.value[Symbol.dispose]()
  t.notOk(room.enter(caller).ok, 'not what another has taken')
  if (second.ok) second.value[Symbol.dispose]()
  t.equal(room.users, 0)
  t.end()
})

t.test('who is refused and never closes the connection keeps none', async t => {
  const rig = await startRig(t, { streamsPerUser: 1 })
  const port = Number(new URL(rig.api.url).port)
  const sockets = serverSockets(t, port)
  const lines = (headers: Record<string, string>) =>
    Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const broken = { ...handshake, 'sec-websocket-protocol': ',', authorization: `Bearer ${rig.alice.secret}` }
  for (const [text, status] of [
    [`GET /events HTTP/1.1\r\nHost: a\r\n${lines(handshake).join('')}\r\n`, 401],
    [`GET /events HTTP/1.1\r\nHost: a\r\n${lines(broken).join('')}\r\n`, 400],
    ['NONSENSE\r\n\r\n', 400],
  ] as const) {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    let answer = ''
    socket.on('data', chunk => {
      answer += chunk
    })
    await once(socket, 'connect')
    socket.write(text)
    await until(() => answer.includes('}'), 'the answer has come')
    t.match(answer, new RegExp(`^HTTP/1.1 ${status} `))
    const theirs = sockets.get(socket.localPort ?? 0)
    t.ok(theirs)
    await until(() => theirs?.destroyed === true, 'the server has let go of it')
    socket.destroy()
  }
  t.equal((await rig.send('/events?once=true')).status, 200, 'nor the room of a stream')
})

t.test('a stream has no head to be asked for alone, which would keep it open', async t => {
  const rig = await startRig(t)
  const answer = await rig.send('/events', { method: 'HEAD' })
  t.equal(answer.status, 405)
  t.equal(answer.headers.allow, 'GET')
})
