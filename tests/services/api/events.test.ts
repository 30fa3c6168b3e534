import { connect } from 'node:net'
import t from 'tap'
import { eventMessageSchema } from '../../../services/contract/event-message.ts'
import { forgetRemoved } from '../../../services/store/changes.ts'
import { follow, has, lastId, texts } from './event-readers.ts'
import { startRig } from './rig.ts'
import { until } from './until.ts'

t.setTimeout(60_000)

t.test('who follows is told of everything of its own as it changes, and of nothing of others', async t => {
  const rig = await startRig(t)
  await rig.repository()
  await rig.session()
  const [alice, bob, root] = [
    await follow(rig),
    await follow(rig, { person: rig.bob }),
    await follow(rig, { person: rig.admin }),
  ]
  for (const { messages } of [alice, bob, root]) await has(messages, 'start')
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await has(alice.messages, `${id} running`)
  await has(alice.messages, `${command} queued`)
  await rig.runner.play(command)
  await has(alice.messages, `${command} succeeded`)
  t.match(
    alice.messages.findLast(({ type }) => type === 'command'),
    { command: await rig.call('commands.get', { command }) },
    'as the contract tells it',
  )
  await rig.repository('second')
  await has(alice.messages, 'second ready')
  await rig.call('sessions.delete', { session: id })
  await rig.runner.session(id, 'stopped')
  await rig.runner.remove(id)
  await has(alice.messages, `${id} removed`)
  await has(root.messages, `${id} removed`)
  await has(bob.messages, 'second ready')
  t.notMatch(JSON.stringify(bob.messages), id)
  t.notMatch(JSON.stringify(bob.messages), command)
})

t.test('who lost its connection goes on behind the last id, and has missed nothing', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const first = await follow(rig)
  await has(first.messages, 'start')
  await rig.runner.session(id, 'stopping')
  await has(first.messages, `${id} stopping`)
  first.leave()
  await rig.runner.session(id, 'stopped')
  const other = await rig.session(['make'])
  for (const asked of [
    { lastEventId: lastId(first.messages) },
    { fields: { after: lastId(first.messages) } },
    { fields: { after: '0' }, lastEventId: lastId(first.messages) },
  ]) {
    const { messages } = await follow(rig, asked)
    await has(messages, `${other.commands[0]} queued`)
    t.same(
      texts(messages).toSorted(),
      [`${id} stopped`, `${other.id} running`, `${other.commands[0]} queued`].toSorted(),
    )
  }
})

t.test('without hints changes are found all the same', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const { messages } = await follow(rig)
  await has(messages, 'start')
  rig.runner.hints = false
  await rig.runner.session(id, 'stopping', 'stopped')
  await has(messages, `${id} stopped`)
})

t.test('an id whose changes are forgotten is answered with a reset, and goes on', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  for (let i = 0; i < 2; i++) {
    const gone = await rig.session()
    await rig.runner.remove(gone.id)
  }
  await forgetRemoved(rig.store, 0)
  for (const after of ['0', '99999999']) {
    const { messages } = await follow(rig, { fields: { after } })
    await has(messages, 'reset')
    await rig.call('sessions.activity', { session: id })
    const [reset] = messages
    const again = await follow(rig, { fields: { after: lastId(messages), once: true } })
    await again.over
    t.same(texts(again.messages), ['end complete'], 'its id is one to go on from')
    t.equal(reset?.type, 'reset')
  }
})

t.test('one session alone is told of until it is deleted', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const { messages, over } = await follow(rig, { fields: { session: '@last' } })
  await has(messages, 'start')
  await rig.session(['make'])
  await rig.runner.session(id, 'stopping', 'stopped')
  await has(messages, `${id} stopped`)
  await rig.runner.remove(id)
  await over
  t.same(
    texts(messages).filter(text => !text.endsWith('stopping')),
    ['start', `${id} stopped`, `${id} removed`, 'end session_deleted'],
  )
  t.match(await rig.refused('events.follow', { session: id }), { code: 'session_not_found' })
})

t.test('as Server-Sent Events each has its id, and silence is filled', async t => {
  const rig = await startRig(t, { limits: { ping: 50 } })
  await rig.repository()
  const { id } = await rig.session()
  const socket = connect(Number(new URL(rig.api.url).port), '127.0.0.1')
  t.teardown(() => socket.destroy())
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  socket.write(
    `GET /api/events?session=${id}&after=0 HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${rig.alice.secret}\r\n\r\n`,
  )
  await until(() => text.includes(':\n\n'), 'a heartbeat')
  t.match(text, /content-type: text\/event-stream/)
  t.match(text, /retry: 1000\n\n/)
  const [, number = '', json = ''] = /id: (\d+)\ndata: (.*)\n\n/.exec(text) ?? []
  t.match(eventMessageSchema.parse(JSON.parse(json)), { type: 'session', id: number, session: { id } })
})

t.test('a stream ends with a reason: the server stops, the token is revoked', async t => {
  const rig = await startRig(t)
  const person = await rig.person('carol', 'sessions:read')
  const revoked = await follow(rig, { person })
  const stopped = await follow(rig)
  await has(stopped.messages, 'start')
  await rig.call('tokens.revoke', { token: person.id }, rig.admin)
  await revoked.over
  t.match(revoked.messages.at(-1), { type: 'end', reason: 'problem', problem: { code: 'unauthenticated' } })
  await rig.api[Symbol.asyncDispose]()
  await stopped.over
  t.match(stopped.messages.at(-1), { type: 'end', reason: 'server_stopping' })
})

t.test('who takes nothing is cut with the reason, and who has gone is forgotten', async t => {
  const rig = await startRig(t, { limits: { slowReader: 300, linger: 20_000 } })
  await rig.repository()
  const { id } = await rig.session()
  // More than what the buffers between two sockets hold.
  for (let i = 0; i < 120; i++)
    await rig.call('commands.run', { session: id, command: `echo ${'x'.repeat(90_000)}` })
  const socket = connect(Number(new URL(rig.api.url).port), '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.pause()
  socket.write(`GET /events?after=0 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${rig.alice.secret}\r\n\r\n`)
  await until(() => rig.api.changes.watching === 1, 'it reads')
  await until(() => rig.api.changes.watching === 0, 'it is cut')
  let tail = ''
  socket.on('data', chunk => {
    tail = `${tail}${chunk}`.slice(-1_000)
  })
  socket.resume()
  await until(() => tail.endsWith('\r\n0\r\n\r\n'), 'the answer has an end')
  t.match(tail, '{"type":"end","reason":"slow_reader"}')

  const gone = await follow(rig)
  await until(() => rig.api.changes.watching === 1, 'another reads')
  gone.leave()
  await until(() => rig.api.changes.watching === 0, 'nothing is left of it')
})

t.test('an id that is none is refused', async t => {
  const rig = await startRig(t)
  const answer = await rig.send('/events', { headers: { 'last-event-id': 'x y' } })
  t.equal(answer.status, 400)
  t.match(answer.text, /Last-Event-ID: expected the id of an event/)
})
