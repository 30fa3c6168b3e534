import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { WebSocket } from 'ws'
import { dialLog } from './log-readers.ts'
import { problemOf, startRig } from './rig.ts'
import { until } from './until.ts'
import { refusalOf } from './websocket-refusal.ts'

t.test('a handshake is held to the rules of any request, and refused as one', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session(['x'])
  const blind = await rig.person('blind', 'commands:write')
  const base = rig.api.url.replace('http', 'ws')
  const dial = (path: string, token: string | undefined) =>
    new WebSocket(
      `${base}${path}`,
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    )
  const { secret } = rig.alice
  const cases = [
    { path: `/sessions/${id}/logs`, token: undefined, code: 'unauthenticated' },
    { path: `/sessions/${id}/logs`, token: 'dst_wrong', code: 'unauthenticated' },
    { path: `/sessions/${id}/logs`, token: blind.secret, code: 'insufficient_scope' },
    { path: `/sessions/${id}/logs`, token: rig.bob.secret, code: 'session_not_found' },
    { path: '/sessions/ses_zzzz/logs', token: secret, code: 'session_not_found' },
    { path: `/sessions/${id}/logs?command=cmd_zzzz`, token: secret, code: 'command_not_found' },
    { path: `/sessions/${id}/logs?codec=text`, token: secret, code: 'invalid_input' },
    { path: '/events?session=ses_zzzz', token: secret, code: 'session_not_found' },
    { path: '/events?after=x', token: secret, code: 'invalid_input' },
    { path: '/events', token: blind.secret, code: 'insufficient_scope' },
    { path: `/sessions/${id}/logs?unknown=1`, token: secret, code: 'invalid_input' },
    { path: `/sessions/${id}/logs?follow=1&follow=0`, token: secret, code: 'invalid_input' },
    { path: '/sessions/%zz/logs', token: secret, code: 'not_found' },
    { path: '/healthz', token: secret, code: 'not_found' },
    { path: '/nowhere', token: secret, code: 'not_found' },
  ]
  for (const prefix of ['', '/api'])
    for (const { path, token, code } of cases) {
      const answer = await refusalOf(dial(`${prefix}${path}`, token))
      t.equal(problemOf(t, answer).code, code, `${path} ${code}`)
      if (answer.status === 401) t.match(answer.headers['www-authenticate'], /^Bearer /)
    }
  t.notMatch(rig.logged.join(''), secret)
})

t.test('under /api a log is followed as well', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  if (commands[0] === undefined) throw new Error('one was queued')
  await rig.runner.play(commands[0], { stdout: 'hello' })
  const socket = dialLog(rig, id, {}, { prefix: '/api' })
  const [message] = await once(socket, 'message')
  t.match(JSON.parse(`${message}`), { type: 'output', text: 'hello' })
  const [code, reason] = await once(socket, 'close')
  t.same([code, `${reason}`], [1000, 'complete'])
})

t.test('a request that asks for another upgrade is an ordinary one', async t => {
  const rig = await startRig(t)
  const socket = connect(Number(new URL(rig.api.url).port), '127.0.0.1')
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n')
  const [chunk] = await once(socket, 'data')
  t.match(`${chunk}`, /^HTTP\/1\.1 200 /)
  socket.destroy()
})

t.test('a client that answers no ping is given up', async t => {
  const rig = await startRig(t, { limits: { ping: 50 } })
  await rig.repository()
  const { id } = await rig.session()
  const socket = dialLog(rig, id, { follow: true })
  await once(socket, 'ping')
  await once(socket, 'ping')
  t.equal(rig.api.live.readers, 1, 'who answers stays')
  socket.pong = () => {}
  socket.pause()
  await until(() => rig.api.live.readers === 0, 'who does not is gone')
  socket.terminate()
})

t.test('what a client sends is ignored, and too much of it is the end', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const socket = dialLog(rig, id, { follow: true })
  await once(socket, 'open')
  socket.send('hello')
  socket.send(Buffer.from([1, 2, 3]))
  t.equal(rig.api.live.readers, 1)
  socket.send('x'.repeat(10_000))
  const [code] = await once(socket, 'close')
  t.equal(code, 1009)
  await until(() => rig.api.live.readers === 0, 'nothing is left behind')
})
