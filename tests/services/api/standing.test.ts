import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { getSession } from '../../../services/store/sessions.ts'
import { keepArtifact } from './keep-artifact.ts'
import { type Person, type Rig, startRig } from './rig.ts'
import { MovableClock } from './sign-in/movable-clock.ts'
import { until } from './until.ts'

/** A connection on which a request of somebody's is begun: its lines, and what of the body is sent at first. */
async function begun(rig: Rig, person: Person, lines: string[], body = '') {
  const { hostname, port } = new URL(rig.api.url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.on('error', () => undefined)
  rig.t.teardown(() => socket.destroy())
  const head = [...lines, `host: ${hostname}`, `authorization: Bearer ${person.secret}`]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  await once(socket, 'readable')
  return socket
}

t.test('who is disabled while they send a request have nothing done by the rest of it', async t => {
  const rig = await startRig(t)
  const mallory = await rig.person('mallory', 'admin')
  const body = JSON.stringify({ name: 'backdoor', scopes: ['admin'] })
  const lines = ['content-type: application/json', `content-length: ${body.length}`, 'connection: close']
  // That the server goes on is said when it begins to look who asks: it has seen them before it sees the next request.
  const socket = await begun(
    rig,
    mallory,
    ['POST /tokens HTTP/1.1', 'expect: 100-continue', ...lines],
    body.slice(0, 5),
  )
  await rig.call('users.disable', { user: 'mallory' }, rig.admin)
  socket.write(body.slice(5))
  t.match(await text(socket), /^HTTP\/1.1 100 .*HTTP\/1.1 401 .*this token is not valid/s)
  const { items: users } = await rig.call('users.list', {}, rig.admin)
  t.notOk(users.some(({ name }) => name === 'backdoor'))
})

t.test(
  'whose token expires while they send a request have nothing done by it, though nothing was written',
  async t => {
    const clock = new MovableClock(Date.now())
    const rig = await startRig(t, { clock })
    const body = JSON.stringify({ name: 'late', scopes: ['sessions:read'], expires_in: 60 })
    const short = await rig.call('tokens.create', { name: 'short', scopes: ['cli'], expires_in: 60 })
    const lines = ['content-type: application/json', `content-length: ${body.length}`, 'connection: close']
    const socket = await begun(
      rig,
      { ...rig.alice, secret: short.token },
      ['POST /tokens HTTP/1.1', 'expect: 100-continue', ...lines],
      body.slice(0, 5),
    )
    clock.pass(60_000)
    socket.write(body.slice(5))
    t.match(await text(socket), /^HTTP\/1.1 100 .*HTTP\/1.1 401 .*token_expired/s)
  },
)

t.test('who is disabled while an answer is held is refused', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { commands } = await rig.session(['sleep'])
  const { id: session } = await rig.session()
  const held = [
    rig.refused('commands.get', { command: commands[0], wait: 60 }),
    rig.refused('sessions.delete', { session, wait: 60 }),
  ]
  await until(() => rig.api.changes.watching === held.length, 'they are held')
  await rig.call('users.disable', { user: 'alice' }, rig.admin)
  for (const answer of held) t.match(await answer, { code: 'unauthenticated' })
  const row = await getSession(rig.store, session)
  t.equal(row?.delete_requested, 1, 'what was asked for before is done')
})

t.test('who is disabled while they fetch an artifact get no more of it', async t => {
  const rig = await startRig(t, { limits: { slowReader: 600_000 } })
  await rig.repository()
  const { id: session } = await rig.session()
  const bytes = Buffer.alloc(16 * 1024 * 1024)
  const artifact = await keepArtifact(rig, session, bytes)
  const socket = await begun(rig, rig.alice, [`GET /artifacts/${artifact}/content HTTP/1.1`])
  await rig.call('users.disable', { user: 'alice' }, rig.admin)
  // Whoever reads nothing learns of the cut where it writes: what may stand before a request.
  await until(() => {
    if (!socket.destroyed) socket.write('\r\n')
    return socket.destroyed
  }, 'it is cut')
  t.ok(socket.bytesRead < bytes.length)
})
