import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commandId, debugSessionId, instanceId, sessionId, viewerId } from '../../../services/contract/ids.ts'
import {
  type Ask,
  type LiveAnswer,
  longestAsk,
  type Present,
} from '../../../services/contract/runner-messages.ts'
import { PeerEditors } from '../../../services/runner/debug/editors/peer-editors.ts'
import { RunnerSocket } from '../../../services/runner/runner-socket.ts'
import type { PeerHandlers } from '../../../services/runner/socket-peer.ts'
import { until } from '../../until.ts'

const instance = instanceId.create()
const hello = { type: 'hello', instance, isolation: 'none', limits: 'sampled' } as const

const noEditors: PeerHandlers['editors'] = say =>
  new PeerEditors({ find: () => Promise.reject(new Error('nobody debugs')), mistake: () => undefined }, say)

async function served(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'hints-'))
  const path = join(folder, 'socket')
  const woken = { times: 0 }
  const asked: { ask: Ask; answer: (answer: LiveAnswer) => void }[] = []
  const present: Present[] = []
  const left: object[] = []
  const handlers = {
    present: (_: object, message: Present) => void present.push(message),
    left: (peer: object) => void left.push(peer),
    unshared: () => undefined,
    woken: () => {
      woken.times++
    },
    editors: noEditors,
    tunnelled: async () => undefined,
    asked: (ask: Ask) => new Promise<LiveAnswer>(answer => asked.push({ ask, answer })),
    typed: async (): Promise<LiveAnswer> => ({ ok: true, value: { taken: 1 } }),
    surveyed: async (): Promise<LiveAnswer> => ({ ok: true, value: 'what there is' }),
    processes: async (): Promise<LiveAnswer> => ({ ok: true, value: ['who runs'] }),
    held: async (): Promise<LiveAnswer> => ({ ok: true, value: {} }),
    measured: async (): Promise<LiveAnswer> => ({ ok: true, value: ['figures'] }),
  }
  const listen = () => RunnerSocket.listen(path, hello, handlers)
  const server = await listen()
  t.teardown(async () => {
    await server[Symbol.asyncDispose]().catch(() => undefined)
    rmSync(folder, { recursive: true })
  })
  const peer = async () => {
    const socket = connect(path)
    const lines: string[] = []
    let rest = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      const all = (rest + text).split('\n')
      rest = all.pop() ?? ''
      lines.push(...all)
    })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return { socket, lines }
  }
  return { path, woken, asked, present, left, server, listen, peer }
}

const closed = (socket: Socket) => until('to be cut off', () => socket.destroyed || socket.closed)

t.test('says who it is, then what changes; wakes up', async t => {
  const { path, woken, server, peer } = await served(t)
  t.equal(statSync(path).mode & 0o777, 0o600)
  const [one, two] = [await peer(), await peer()]
  await until('hello', () => one.lines.length === 1 && two.lines.length === 1)
  t.same(JSON.parse(one.lines[0] ?? ''), hello)
  one.socket.write('{"type":"wa')
  one.socket.write('ke"}\n')
  await until('woken', () => woken.times === 1)
  const command = commandId.create()
  server.broadcast({ type: 'changed', command })
  await until('the hint', () => one.lines.length === 2 && two.lines.length === 2)
  t.same(JSON.parse(two.lines[1] ?? ''), { type: 'changed', command })
})

t.test('cuts off who sends anything else', async t => {
  const { woken, peer } = await served(t)
  for (const garbage of [
    'nonsense\n',
    '{"type":"sleep"}\n',
    '\n',
    '[]\n',
    'x'.repeat(longestAsk + 1),
    '\xff\0\n',
  ]) {
    const { socket } = await peer()
    socket.write(garbage)
    await closed(socket)
  }
  t.equal(woken.times, 0)
  const { socket } = await peer()
  socket.write('{"type":"wake"}\n')
  await until('woken', () => woken.times === 1)
})

const question = (id: number, expression = '1') => ({
  type: 'ask',
  id,
  debug: debugSessionId.create(),
  operation: 'debug.evaluate',
  input: { expression },
  by: { id: viewerId.create(), user: 'alice', token: null, client: null, role: 'owner' },
})

t.test('each answer goes to its asker, in whichever order they come', async t => {
  const { asked, peer } = await served(t)
  const [one, two] = [await peer(), await peer()]
  const say = (to: Socket, message: unknown) => to.write(`${JSON.stringify(message)}\n`)
  say(one.socket, question(1, 'x'.repeat(600_000)))
  say(one.socket, question(2))
  say(two.socket, question(1, 'two'))
  await until('all are asked', () => asked.length === 3)
  const [long, short, other] = ['x'.repeat(600_000), '1', 'two'].map(expression =>
    asked.find(({ ask }) => ask.input.expression === expression),
  )
  const big = 'é'.repeat(3_000_000)
  other?.answer({ ok: true, value: 'two' })
  short?.answer({ ok: false, code: 'debuggee_running', detail: 'it runs' })
  long?.answer({ ok: true, value: big })
  await until('answers', () => one.lines.length === 3 && two.lines.length === 2)
  t.same(JSON.parse(two.lines[1] ?? ''), { type: 'answer', id: 1, value: 'two' })
  const refusal = { type: 'refusal', id: 2, code: 'debuggee_running', detail: 'it runs' }
  t.same(JSON.parse(one.lines[1] ?? ''), refusal)
  t.same(JSON.parse(one.lines[2] ?? ''), { type: 'answer', id: 1, value: big })
})

t.test('questions of one peer have a bound, and so have answers', async t => {
  const { asked, peer, server } = await served(t)
  const { socket, lines } = await peer()
  for (let id = 1; id <= 300; id++) socket.write(`${JSON.stringify(question(id))}\n`)
  await until('the refusals', () => lines.length === 45)
  t.equal(asked.length, 256)
  t.match(JSON.parse(lines[1] ?? ''), { type: 'refusal', id: 257, code: 'too_many_calls' })
  asked[0]?.answer({ ok: true, value: 'x'.repeat(17_000_000) })
  await until('the refusal', () => lines.length === 46)
  t.match(JSON.parse(lines[45] ?? ''), { type: 'refusal', id: 1, code: 'debugger_refused' })
  socket.write(`${JSON.stringify(question(301))}\n`)
  await until('there is room again', () => asked.length === 257)
  socket.destroy()
  server.broadcast({ type: 'changed' })
  for (const { answer } of asked) answer({ ok: true, value: 'nobody hears it' })
  const other = await peer()
  await until('it serves on', () => other.lines.length === 1)
})

t.test('tells its figures to who asks for them', async t => {
  const { peer } = await served(t)
  const { socket, lines } = await peer()
  socket.write('{"type":"measure","id":3}\n')
  await until('the answer', () => lines.length === 2)
  t.same(JSON.parse(lines[1] ?? ''), { type: 'answer', id: 3, value: ['figures'] })
  socket.write('{"type":"survey","id":4}\n')
  await until('the answer', () => lines.length === 3)
  t.same(JSON.parse(lines[2] ?? ''), { type: 'answer', id: 4, value: 'what there is' })
})

t.test('a promise that is broken is a refusal without its words', async t => {
  const { path, server } = await served(t)
  await server[Symbol.asyncDispose]()
  const asked = async () => Promise.reject(new Error('a secret'))
  await using _ = await RunnerSocket.listen(path, hello, {
    ...{ woken: () => undefined, present: () => undefined, left: () => undefined },
    unshared: () => undefined,
    editors: noEditors,
    tunnelled: async () => undefined,
    ...{ asked, held: asked, measured: asked, typed: asked, surveyed: asked, processes: asked },
  })
  const socket = connect(path)
  let text = ''
  socket.on('data', data => {
    text += data
  })
  socket.write(`${JSON.stringify(question(7))}\n`)
  await until('the refusal', () => text.includes('refusal'))
  t.match(text, '"id":7,"code":"internal"')
  t.notMatch(text, 'secret')
  socket.destroy()
})

t.test('cuts off who does not read, at a bounded cost, and serves the others', async t => {
  const { server, peer } = await served(t)
  const slow = await peer()
  const quick = await peer()
  slow.socket.pause()
  const cut = once(slow.socket, 'close')
  const message = 'x'.repeat(20_000)
  const hint = { type: 'refusal', id: 1, code: 'internal', detail: message } as const
  let sent = 0
  for (; sent < 2_000; sent++) {
    server.broadcast(hint)
    if (sent % 100 === 0) await until('the quick one', () => quick.lines.length > sent)
  }
  await until('all hints', () => quick.lines.length === sent + 1)
  slow.socket.resume()
  await cut
  t.ok(slow.lines.length < sent, `${slow.lines.length} of ${sent}`)
})

t.test('the file of a dead runner is replaced, that of a live one is not', async t => {
  const { path, server, listen, peer } = await served(t)
  await t.rejects(listen(), { name: 'UserError', message: /another runner listens/ })
  const { lines } = await peer()
  await until('it still serves', () => lines.length === 1)
  await server[Symbol.asyncDispose]()
  t.notOk(existsSync(path))

  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script]), 'exit')
  t.ok(existsSync(path), 'a file is left behind')
  await using next = await listen()
  t.ok(next)
  const after = await peer()
  await until('hello', () => after.lines.length === 1)
})

t.test('a path that is no socket is left alone', async t => {
  const { path, server, listen } = await served(t)
  await server[Symbol.asyncDispose]()
  writeFileSync(path, 'precious')
  await t.rejects(listen(), { name: 'UserError', message: /is no socket/ })
  t.ok(existsSync(path))
})

t.test('who is connected to debuggers is told by each peer, until that has gone', async t => {
  const { present, left, peer } = await served(t)
  const message: Present = { type: 'present', session: sessionId.create(), viewers: [] }
  const { socket } = await peer()
  socket.write(`${JSON.stringify(message)}\n`)
  await until('the message', () => present.length === 1)
  t.same(present, [message])
  t.equal(left.length, 0)
  socket.destroy()
  await until('it has left', () => left.length === 1)
})
