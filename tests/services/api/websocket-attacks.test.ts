import { once } from 'node:events'
import t from 'tap'
import { type Frame, frameBytes, handshake, opcodes, RawWebSocket } from './raw-websocket.ts'
import { type Rig, startRig } from './rig.ts'
import { until } from './until.ts'

t.setTimeout(120_000)

const { continuation, text, binary, close, ping, pong } = opcodes

/** A close frame's payload. */
const closing = (code: number, reason: Buffer | string = '') =>
  Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)])

/** What no client may send, and the code that it is closed with: RFC 6455, sections 5 and 7.4. */
const attacks: Readonly<Record<string, { code: number; frames: readonly (Frame | Buffer)[] }>> = {
  'a continuation of nothing': { code: 1002, frames: [{ opcode: continuation, payload: 'x' }] },
  'a message within a message': {
    code: 1002,
    frames: [
      { opcode: text, fin: false, payload: 'a' },
      { opcode: text, payload: 'b' },
    ],
  },
  'a continuation after the end': {
    code: 1002,
    frames: [
      { opcode: text, fin: false, payload: '{' },
      { opcode: continuation, payload: '}' },
      { opcode: continuation, payload: '}' },
    ],
  },
  'a frame without a mask': { code: 1002, frames: [{ opcode: text, payload: 'x', masked: false }] },
  'a reserved bit': { code: 1002, frames: [{ opcode: text, payload: 'x', reserved: 2 }] },
  'a compressed frame, which was not agreed on': {
    code: 1002,
    frames: [{ opcode: text, payload: Buffer.alloc(100), reserved: 4 }],
  },
  'a reserved opcode': { code: 1002, frames: [{ opcode: 7, payload: 'x' }] },
  'a reserved control opcode': { code: 1002, frames: [{ opcode: 15 }] },
  'a ping that is too large': { code: 1002, frames: [{ opcode: ping, payload: 'x'.repeat(126) }] },
  'a ping in pieces': { code: 1002, frames: [{ opcode: ping, fin: false, payload: 'x' }] },
  'a close in pieces': { code: 1002, frames: [{ opcode: close, fin: false, payload: closing(1000) }] },
  'a close with half a code': { code: 1002, frames: [{ opcode: close, payload: Buffer.from([3]) }] },
  'a close with a code that nobody may send': {
    code: 1002,
    frames: [{ opcode: close, payload: closing(1005) }],
  },
  'a close with no code at all': { code: 1002, frames: [{ opcode: close, payload: closing(999) }] },
  'a close whose reason is no UTF-8': {
    code: 1007,
    frames: [{ opcode: close, payload: closing(1000, Buffer.from([0xff])) }],
  },
  'text that is no UTF-8': { code: 1007, frames: [{ opcode: text, payload: Buffer.from([0x61, 0xff]) }] },
  'half a character': { code: 1007, frames: [{ opcode: text, payload: Buffer.from([0xe2, 0x82]) }] },
  'a length beyond all memory': { code: 1009, frames: [{ opcode: text, length: 2n ** 62n }] },
  'a length with its highest bit set': { code: 1009, frames: [{ opcode: binary, length: 2n ** 63n }] },
  'a message that is too large': { code: 1009, frames: [{ opcode: text, payload: 'x'.repeat(262_145) }] },
  'pieces that are too large together': {
    code: 1009,
    frames: [
      { opcode: text, fin: false, payload: 'x'.repeat(4_000) },
      ...Array.from({ length: 70 }, () => ({ opcode: continuation, fin: false, payload: 'x'.repeat(4_000) })),
    ],
  },
  'an HTTP request': { code: 1002, frames: [Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')] },
}

const openStreams = async (rig: Rig): Promise<number> => {
  const { text } = await rig.send('/metrics', { token: rig.admin })
  const open = [...text.matchAll(/^debug_server_streams_open\{.*\} (\d+)$/gm)]
  return open.reduce((sum, [, count]) => sum + Number(count), 0)
}

t.test('what no client may send ends its connection with the right code, and nothing is left', async t => {
  const rig = await startRig(t, { limits: { linger: 500 } })
  await rig.repository()
  const { id } = await rig.session()
  const raws: RawWebSocket[] = []
  // A log is served like events.
  for (const path of ['/events', `/sessions/${id}/debug`])
    for (const [attack, { code, frames }] of Object.entries(attacks)) {
      const raw = await RawWebSocket.open(rig, path)
      raws.push(raw)
      raw.send(...frames)
      t.equal(await raw.closeCode(), code, `${path}: ${attack}`)
    }
  // None of them answers the close, nor leaves.
  await until(async () => (await openStreams(rig)) === 0, 'no stream is open')
  t.equal(rig.api.live.readers, 0)
  t.equal(rig.api.debugEvents.watching, 0)
  for (const raw of raws) await until(() => raw.socket.closed, 'it has been cut')
})

t.test('what a client may send does no harm', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const raw = await RawWebSocket.open(rig, `/sessions/${id}/debug`)
  const call = Buffer.from('{"id":1,"operation":"debug.list"}')
  raw.send({ opcode: pong, payload: 'nobody asked' }, { opcode: ping, payload: 'here' })
  raw.send(
    { opcode: text, fin: false, payload: call.subarray(0, 5) },
    { opcode: ping, payload: 'in between' },
    { opcode: continuation, fin: false },
    { opcode: continuation, payload: call.subarray(5) },
  )
  await until(() => raw.frames.some(({ opcode }) => opcode === text), 'it is answered')
  t.same(
    raw.frames.map(({ opcode, payload }) => [opcode, `${payload}`]),
    [
      [pong, 'here'],
      [pong, 'in between'],
      [text, '{"type":"result","id":1,"result":{"items":[],"next":null}}'],
    ],
  )
  raw.send({ opcode: binary, payload: Buffer.from([1, 2, 3]) })
  await until(() => raw.frames.length === 4, 'binary is refused')
  t.match(JSON.parse(`${raw.frames[3]?.payload}`), {
    type: 'problem',
    id: null,
    problem: { code: 'invalid_input' },
  })
  // Byte by byte.
  for (const byte of frameBytes({ opcode: text, payload: call })) raw.socket.write(Buffer.from([byte]))
  await until(() => raw.frames.length === 5, 'it is put together')
  raw.send({ opcode: close, payload: closing(4999, 'enough') })
  t.equal(await raw.closeCode(), 4999, 'the code is given back')
  await until(async () => (await openStreams(rig)) === 0, 'no stream is open')
})

t.test('a client that leaves half-way, and in any way, leaves nothing behind', async t => {
  const rig = await startRig(t, { limits: { linger: 500 } })
  await rig.repository()
  const { id } = await rig.session()
  const path = `/sessions/${id}/logs?follow=true`
  const asked = { ...handshake, authorization: `Bearer ${rig.alice.secret}` }
  const half = await RawWebSocket.open(rig, path)
  half.socket.end()
  const reset = await RawWebSocket.open(rig, '/events')
  reset.socket.resetAndDestroy()
  const inFrame = await RawWebSocket.open(rig, `/sessions/${id}/debug`)
  inFrame.send(frameBytes({ opcode: text, payload: 'x'.repeat(100) }).subarray(0, 20))
  inFrame.socket.destroy()
  const early = await RawWebSocket.dial(rig)
  early.request(path, asked)
  early.socket.destroy()
  const afterwards = await RawWebSocket.dial(rig)
  afterwards.request(path, asked)
  afterwards.socket.end()
  const unfinished = await RawWebSocket.dial(rig)
  unfinished.socket.write('GET /events HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Up')
  unfinished.socket.destroy()
  await until(async () => (await openStreams(rig)) === 0, 'no stream is open')
  t.equal(rig.api.live.readers, 0)
  t.equal(rig.api.debugEvents.watching, 0)
})

/** Handshakes that are none, and what they are answered with: RFC 6455, section 4.2. */
const handshakes: Readonly<
  Record<string, { headers?: Record<string, string>; rest?: string; status: number }>
> = {
  'an older version': { headers: { 'sec-websocket-version': '7' }, status: 400 },
  'a newer version': { headers: { 'sec-websocket-version': '14' }, status: 400 },
  'no key': { headers: { 'sec-websocket-key': '' }, status: 400 },
  'a key that is too short': { headers: { 'sec-websocket-key': 'c2hvcnQ=' }, status: 400 },
  'a key that is no Base64': { headers: { 'sec-websocket-key': '!!!!!!!!!!!!!!!!!!!!!!==' }, status: 400 },
  'a body': { headers: { 'content-length': '5' }, rest: 'hello', status: 400 },
  'a body in chunks': {
    headers: { 'transfer-encoding': 'chunked' },
    rest: '5\r\nhello\r\n0\r\n\r\n',
    status: 400,
  },
}

t.test('a handshake that is none is refused with a problem', async t => {
  const rig = await startRig(t)
  const { ticket } = await rig.call('tickets.create', { stream: 'events' })
  for (const [what, { headers, rest, status }] of Object.entries(handshakes)) {
    const raw = await RawWebSocket.dial(rig)
    raw.request(`/events?ticket=${ticket}`, { ...handshake, ...headers }, rest)
    await once(raw.socket, 'close')
    t.match(raw.head, new RegExp(`^HTTP/1\\.1 ${status} `), what)
    t.match(raw.head, /content-type: application\/problem\+json/i, what)
    t.match(raw.head, /sec-websocket-version: 13/i, what)
  }
  const post = await RawWebSocket.dial(rig)
  const head = Object.entries({ host: 'a', ...handshake }).map(([name, value]) => `${name}: ${value}\r\n`)
  post.socket.write(`POST /events?ticket=${ticket} HTTP/1.1\r\n${head.join('')}\r\n`)
  await once(post.socket, 'close')
  t.match(post.head, /^HTTP\/1\.1 405 /)
  t.equal(rig.api.live.readers, 0)
  const statuses = rig.logged.map(line => JSON.parse(line)).filter(({ method }) => method === 'WEBSOCKET')
  t.ok(
    statuses.every(({ status }) => status >= 400),
    'as the log tells it',
  )
  const good = await RawWebSocket.dial(rig)
  good.request(`/events?ticket=${ticket}`, handshake)
  await until(() => good.frames.length > 0, 'and the ticket is good still')
  good.socket.destroy()
})

t.test('compression is never agreed on', async t => {
  const rig = await startRig(t)
  const raw = await RawWebSocket.dial(rig)
  const authorization = `Bearer ${rig.alice.secret}`
  raw.request('/events', { ...handshake, authorization, 'sec-websocket-extensions': 'permessage-deflate' })
  await until(() => raw.frames.length > 0, 'it is told')
  t.match(raw.head, /^HTTP\/1\.1 101 /)
  t.notMatch(raw.head, /sec-websocket-extensions/i)
  raw.socket.destroy()
})
