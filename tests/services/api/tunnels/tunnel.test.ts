import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { revokeToken } from '../../../../services/store/tokens.ts'
import { until } from '../../../until.ts'
import { startDebugRig } from '../debug-rig.ts'
import { type Person, problemOf, type Rig } from '../rig.ts'
import { refusalOf } from '../websocket-refusal.ts'

const usual = { per_session: 16, max_bytes: 0, idle_seconds: 0, ttl_seconds: 0 }
const dial = (rig: Rig, session: string, query: string, person: Person = rig.alice) =>
  new WebSocket(`${rig.api.url.replace('http', 'ws')}/sessions/${session}/tunnel${query}`, {
    headers: { authorization: `Bearer ${person.secret}` },
  })

/** A rig whose runner gives back what comes through a tunnel. */
async function echoing(t: Parameters<typeof startDebugRig>[0], limits: Partial<typeof usual> = {}) {
  const started = await startDebugRig(t, { tunnels: { ...usual, ...limits } })
  started.runner.tunnel = (socket, { id }) => {
    socket.removeAllListeners('data')
    socket.on('data', data => socket.write(data))
    socket.write(`${JSON.stringify({ type: 'tunnel_open', id })}\n`)
  }
  return started
}

async function open(rig: Rig, session: string, query = '?port=80') {
  const socket = dial(rig, session, query)
  const bytes: Buffer[] = []
  const texts: { type: string; reason: string; problem?: { detail: string } }[] = []
  socket.on('message', (data, isBinary) => {
    if (isBinary) bytes.push(Buffer.from(data as Buffer))
    else texts.push(JSON.parse(`${data}`))
  })
  const closed = once(socket, 'close').then(([code, reason]) => [code, `${reason}`])
  await once(socket, 'open')
  return { socket, bytes, texts, closed }
}

t.test('who may open one, and with what query', async t => {
  const { rig, session, bob, alice, person } = await echoing(t)
  const reader = await person('reader', 'debug:read', 'commands:write')
  const refused = async (query: string, person: Person = alice) =>
    problemOf(t, await refusalOf(dial(rig, session, query, person)))
  t.match(await refused('?port=80', bob), { code: 'session_not_found' })
  t.match(await refused('?port=80', reader), { code: 'insufficient_scope' })
  t.match(await refused(''), { detail: /give either a port or a socket/ })
  t.match(await refused('?port=80&socket=x'), { detail: /give either a port or a socket/ })
  t.match(await refused('?port=0'), { code: 'invalid_input', detail: /port/ })
  t.match(await refused('?prt=80'), { detail: /did you mean "port"/ })
})

t.test('bytes come through, and a session that stops closes it', async t => {
  const { rig, session, runner } = await echoing(t)
  const { socket, bytes, texts, closed } = await open(rig, session)
  socket.send(Buffer.from('hello'))
  await until('the answer', () => Buffer.concat(bytes).toString() === 'hello')
  await runner.session(session, 'stopping', 'stopped')
  t.same(await closed, [1000, 'session_ended'])
  t.match(texts, [{ type: 'end', reason: 'session_ended' }])
})

t.test('limits end it, and say which', async t => {
  const cases = [
    { limits: { max_bytes: 7 }, detail: /tunnels.max_bytes is 7/ },
    { limits: { idle_seconds: 0.2 }, detail: /tunnels.idle_seconds is 0.2/ },
    { limits: { ttl_seconds: 0.2 }, detail: /tunnels.ttl_seconds is 0.2/ },
    { limits: { per_session: 0 }, detail: /tunnels.per_session/ },
  ]
  for (const { limits, detail } of cases) {
    const { rig, session } = await echoing(t, limits)
    const { socket, texts, closed } = await open(rig, session)
    socket.send(Buffer.from('four'))
    t.same(await closed, [1011, 'problem'])
    t.match(texts, [{ type: 'end', problem: { code: 'stream_limit', detail } }])
  }
})

t.test('a refusal of the runner, none at all, and a token that is revoked', async t => {
  const { rig, session, runner, store, alice } = await echoing(t)
  const { closed: revoked, socket, bytes } = await open(rig, session)
  socket.send('text counts as bytes')
  await until('the answer', () => bytes.length > 0)
  runner.tunnel = (peer, { id }) =>
    peer.end(`${JSON.stringify({ type: 'refusal', id, code: 'not_found', detail: 'no such port' })}\n`)
  const refused = await open(rig, session)
  t.same(await refused.closed, [1011, 'problem'])
  t.match(refused.texts, [{ problem: { code: 'not_found', detail: 'no such port' } }])
  runner.tunnel = peer => peer.destroy()
  const away = await open(rig, session)
  t.same(await away.closed, [1013, 'problem'])
  t.match(away.texts, [{ problem: { code: 'runner_unavailable' } }])
  await revokeToken(store, alice.id, new Date().toISOString())
  t.same(await revoked, [4401, 'problem'])
})
