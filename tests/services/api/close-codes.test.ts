import { once } from 'node:events'
import t from 'tap'
import type { WebSocket } from 'ws'
import type { SessionId } from '../../../services/contract/ids.ts'
import type { Codec } from '../../../services/contract/stream-codec.ts'
import { closeCodes } from '../../../services/contract/stream-end.ts'
import { StoreBusyError } from '../../../services/store/busy.ts'
import { dialStream } from './log-readers.ts'
import { opcodes, RawWebSocket } from './raw-websocket.ts'
import { type Rig, startRig } from './rig.ts'
import { until } from './until.ts'

t.setTimeout(120_000)

const everyStream = ['log', 'events', 'debug'] as const
type Stream = (typeof everyStream)[number]

const pathOf = (stream: Stream, session: SessionId): string =>
  ({
    log: `/sessions/${session}/logs?follow=true`,
    events: `/events?session=${session}`,
    debug: `/sessions/${session}/debug`,
  })[stream]

/** Every end that a server gives its streams, and what brings it about. */
type Closing = {
  readonly code: number
  readonly reason: string
  /** Which streams end so; without: all. */
  readonly of?: readonly Stream[]
  readonly ping?: number
  readonly close: (
    rig: Rig,
    session: SessionId,
    sockets: readonly WebSocket[],
  ) => PromiseLike<unknown> | undefined
}

const closings: readonly Closing[] = [
  {
    code: 1000,
    reason: 'session_ended',
    of: ['log'],
    close: (rig, id) => rig.runner.session(id, 'stopping', 'stopped'),
  },
  { code: 1000, reason: 'session_deleted', close: (rig, id) => rig.runner.remove(id) },
  { code: 1001, reason: 'server_stopping', close: rig => rig.api[Symbol.asyncDispose]() },
  {
    code: 1011,
    reason: 'problem',
    close: (rig, id) => {
      rig.store.read = () => Promise.reject(new Error('the test has broken it'))
      return rig.runner.session(id, 'stopping')
    },
  },
  {
    code: 1013,
    reason: 'problem',
    close: (rig, id) => {
      rig.store.read = () => Promise.reject(new StoreBusyError('locked'))
      return rig.runner.session(id, 'stopping')
    },
  },
  {
    code: 4401,
    reason: 'problem',
    close: rig => rig.call('tokens.revoke', { token: rig.alice.id }, rig.admin),
  },
  {
    code: 4403,
    reason: 'problem',
    close: rig =>
      rig.store.write(database =>
        database
          .updateTable('tokens')
          .set({ scopes_json: '["artifacts:read"]' })
          .where('id', '=', rig.alice.id)
          .execute(),
      ),
  },
  {
    code: 4408,
    reason: 'unresponsive',
    ping: 100,
    close: (_rig, _id, sockets) => {
      for (const socket of sockets) socket.pong = () => {}
      return undefined
    },
  },
]

/** What a client is told last. */
async function ending(rig: Rig, path: string, codec: Codec) {
  const socket = dialStream(rig, path, { codec })
  let last = ''
  socket.on('message', data => {
    last = `${data}`
  })
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: `${reason}`, last }))
  await once(socket, 'open')
  return { socket, codec, closed }
}

for (const { code, reason, of = everyStream, ping, close } of closings)
  t.test(`${code} ${reason}: told in the last message too, in every codec`, async t => {
    const rig = await startRig(t, ping === undefined ? {} : { limits: { ping } })
    await rig.repository()
    const { id } = await rig.session()
    const wanted = of.flatMap(stream =>
      (stream === 'debug' ? (['json'] as const) : (['json', 'text'] as const)).map(codec => ({
        stream,
        codec,
      })),
    )
    const endings = []
    for (const { stream, codec } of wanted) endings.push(await ending(rig, pathOf(stream, id), codec))
    const followers = wanted.filter(({ stream }) => stream !== 'debug').length
    await until(() => rig.api.live.readers === followers || ping !== undefined, 'all are followed')
    const closing = close(
      rig,
      id,
      endings.map(({ socket }) => socket),
    )
    for (const { codec, closed } of endings) {
      const told = await closed
      t.same([told.code, told.reason], [code, reason])
      if (codec === 'text') t.match(told.last, reason === 'problem' ? /^end problem: ./ : `end ${reason}`)
      else t.match(JSON.parse(told.last), { type: 'end', reason })
    }
    await closing
  })

t.test('1000 complete: told in the last message too', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  for (const path of [`/sessions/${id}/logs`, '/events?after=0&once=true'])
    for (const [codec, last] of [
      ['json', '{"type":"end","reason":"complete"}'],
      ['text', 'end complete'],
    ] as const) {
      const told = await (await ending(rig, path, codec)).closed
      t.same(told, { code: 1000, reason: 'complete', last })
    }
})

/** What a client does that keeps to no protocol; each stream of its own is closed at once. */
const faults: readonly { readonly code: number; readonly send: (raw: RawWebSocket) => void }[] = [
  { code: 1002, send: raw => raw.send({ opcode: 3 }) },
  { code: 1007, send: raw => raw.send({ opcode: opcodes.text, payload: Buffer.from([0xc0, 0xaf]) }) },
  {
    code: 1008,
    send: raw => {
      const piece = { opcode: opcodes.continuation, fin: false }
      raw.send({ opcode: opcodes.text, fin: false }, ...Array.from({ length: 17_000 }, () => piece))
    },
  },
  { code: 1009, send: raw => raw.send({ opcode: opcodes.text, payload: 'x'.repeat(300_000) }) },
]

t.test('who breaks the protocol is told by the code', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  for (const { code, send } of faults)
    for (const stream of everyStream) {
      const raw = await RawWebSocket.open(rig, pathOf(stream, id))
      send(raw)
      t.equal(await raw.closeCode(), code, `${code} ${stream}`)
      raw.socket.destroy()
    }
  await until(() => rig.api.live.readers === 0 && rig.api.debugEvents.watching === 0, 'nothing is left')
})

t.test('no code of the table is left out here', async t => {
  const tried = [...closings, ...faults].map(({ code }) => code)
  t.same(
    closeCodes.map(({ code }) => code).filter(code => !tried.includes(code)),
    [],
  )
})
