import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { codecFor, offeredProtocols } from '../../../services/api/websocket/codec.ts'
import { eventMessageSchema } from '../../../services/contract/event-message.ts'
import type { Codec } from '../../../services/contract/stream-codec.ts'
import { lastId } from './event-readers.ts'
import { dialStream } from './log-readers.ts'
import { problemOf, type Rig, startRig } from './rig.ts'
import { until } from './until.ts'
import { refusalOf } from './websocket-refusal.ts'

t.test('the first subprotocol that is known here and there is for the stream is taken', async t => {
  const cases: [header: string | undefined, offering: readonly Codec[], codec: Codec | undefined][] = [
    [undefined, ['json', 'text'], 'json'],
    ['', ['json'], 'json'],
    ['debug-server.text', ['json', 'text'], 'text'],
    ['debug-server.text , debug-server.json', ['json', 'text'], 'text'],
    ['chat,debug-server.json', ['json', 'text'], 'json'],
    ['debug-server.text,debug-server.json', ['json'], 'json'],
    ['debug-server.text', ['json'], undefined],
    ['Debug-Server.text', ['json', 'text'], undefined],
    ['json', ['json'], undefined],
  ]
  for (const [header, offering, codec] of cases)
    t.equal(codecFor(offeredProtocols(header), offering), codec, `${header} of ${offering}`)
})

t.test('a WebSocket has the subprotocol that was agreed on, or is refused', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const dial = (path: string, protocols: string[]) =>
    new WebSocket(`${rig.api.url.replace('http', 'ws')}${path}`, protocols, {
      headers: { authorization: `Bearer ${rig.alice.secret}` },
    })
  const [log, events, debug] = [`/sessions/${id}/logs?follow=true`, '/events', `/sessions/${id}/debug`]
  for (const path of [log, events, debug])
    for (const [protocols, agreed] of [
      [[], ''],
      [['debug-server.json'], 'debug-server.json'],
      [['chat', 'debug-server.json', 'debug-server.text'], 'debug-server.json'],
    ] as const) {
      const socket = dial(path, [...protocols])
      await once(socket, 'open')
      t.equal(socket.protocol, agreed, `${path} ${protocols}`)
      socket.terminate()
    }
  for (const [path, protocols, expected] of [
    [log, ['chat'], /debug-server\.json or debug-server\.text/],
    [events, ['chat', 'json'], /debug-server\.json or debug-server\.text/],
    [debug, ['debug-server.text'], /expected debug-server\.json, or none/],
  ] as const) {
    const problem = problemOf(t, await refusalOf(dial(path, [...protocols])))
    t.match(problem, {
      code: 'invalid_input',
      detail: expected,
      errors: [{ path: 'Sec-WebSocket-Protocol' }],
    })
  }
  await until(() => rig.api.live.readers === 0 && rig.api.debugEvents.watching === 0, 'nothing is left')
})

/** Changes over a WebSocket; what has come so far grows in `frames`. */
async function followOver(rig: Rig, path: string, codec: Codec) {
  const socket = dialStream(rig, path, { codec })
  const frames: string[] = []
  socket.on('message', (data, isBinary) => frames.push(isBinary ? '(binary)' : `${data}`))
  await once(socket, 'open')
  const has = (pattern: RegExp) => until(() => frames.some(frame => pattern.test(frame)), `${pattern}`)
  return { socket, frames, has }
}

t.test('changes come over a WebSocket as over HTTP, and go on behind the last id', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const first = await followOver(rig, '/api/events', 'json')
  await first.has(/"start"/)
  await rig.runner.session(id, 'stopping')
  await first.has(/"stopping"/)
  const messages = first.frames.map(frame => eventMessageSchema.parse(JSON.parse(frame)))
  t.match(messages.at(-1), { type: 'session', session: { id, status: 'stopping' } })
  first.socket.terminate()
  await rig.runner.session(id, 'stopped')
  await rig.session([], rig.bob)
  const second = await followOver(rig, `/events?after=${lastId(messages)}&once=true`, 'json')
  const [code] = await once(second.socket, 'close')
  t.equal(code, 1000)
  t.same(
    second.frames.map(frame => JSON.parse(frame)).map(({ type, session }) => [type, session?.status]),
    [
      ['session', 'stopped'],
      ['end', undefined],
    ],
    "what was missed, and nothing of another's",
  )
})

t.test('as text a change is a line, its id first, over a WebSocket as over HTTP', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  const { frames, has, socket } = await followOver(rig, '/events', 'text')
  await has(/^\d+ start$/)
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.start(id, command)
  await rig.runner.end(id, command, 'failed', 3)
  await has(new RegExp(`^\\d+ command ${command} failed: exit code 3$`))
  await rig.runner.remove(id)
  await has(new RegExp(`^\\d+ session ${id} deleted$`))
  socket.terminate()
  const answer = await rig.send(`/events?once=true&after=${frames[0]?.split(' ', 1)}`, {
    headers: { accept: 'text/plain' },
  })
  t.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
  t.match(answer.text, new RegExp(`^\\d+ session ${id} deleted\nend complete\n$`))
})
