import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { startDebugRig, stopped } from './debug-rig.ts'
import { keepArtifact } from './keep-artifact.ts'
import { frameBytes, handshake, opcodes } from './raw-websocket.ts'
import { serverSockets } from './server-sockets.ts'
import { until } from './until.ts'

t.setTimeout(120_000)

const megabyte = 1_048_576
/** More than all the system's buffers between two sockets hold. */
const much = 30 * megabyte

/** Not by its pings: see keep-alive.test.ts for those. */
const limits = { slowReader: 500, linger: 200, ping: 600_000 }

async function startSlowRig(t: Test, more: Partial<typeof limits> = {}) {
  const rig = await startDebugRig(t, { limits: { ...limits, ...more } })
  const port = Number(new URL(rig.api.url).port)
  const sockets = serverSockets(t, port)
  const authorization = `Bearer ${rig.alice.secret}`
  /** A client that asks and never reads; resolves with the server's end of its connection. */
  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const socket = connect(port, '127.0.0.1').pause()
    socket.on('error', () => {})
    t.teardown(() => socket.destroy())
    await once(socket, 'connect')
    const lines = Object.entries({ host: 'a', authorization, ...headers }).map(([k, v]) => `${k}: ${v}\r\n`)
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
    const own = () => sockets.get(socket.localPort ?? 0)
    await until(() => own() !== undefined, 'the server has it')
    const server = own()
    if (server === undefined) throw new Error('it was there')
    return { client: socket, server }
  }
  return { ...rig, ask }
}

/** The most that ever waits for a client, in bytes, from now until it is cut. */
async function mostWaiting(server: Socket): Promise<number> {
  let most = 0
  await until(() => {
    most = Math.max(most, server.writableLength)
    return server.destroyed
  }, 'it is cut')
  return most
}

t.test('who reads nothing of a log, of changes or of a file costs little, and is cut', async t => {
  const { rig, session, runner, ask, api } = await startSlowRig(t)
  const { id: command } = await rig.call('commands.run', { session, command: 'make' })
  // Control characters: JSON takes six times their room.
  await runner.play(command, { stdout: Buffer.alloc(much, '\u0001\u0002 a line\n') })
  for (let i = 0; i < 120; i++)
    await rig.call('commands.run', { session, command: `echo ${'x'.repeat(90_000)}` })
  const artifact = await keepArtifact(rig, session, Buffer.alloc(much, 'artifact'))
  const log = `/sessions/${session}/logs?command=${command}`
  const text = { ...handshake, 'sec-websocket-protocol': 'debug-server.text' }
  const ways: [what: string, path: string, headers: Readonly<Record<string, string>>][] = [
    ['log, NDJSON', log, {}],
    ['log, SSE', log, { accept: 'text/event-stream' }],
    ['log, text', log, { accept: 'text/plain' }],
    ['log, WebSocket', log, handshake],
    ['log, WebSocket, text', log, text],
    ['events, NDJSON', '/events?after=0', {}],
    ['events, SSE', '/events?after=0', { accept: 'text/event-stream' }],
    ['events, WebSocket', '/events?after=0', handshake],
    ['artifact', `/artifacts/${artifact}/content`, {}],
  ]
  const asked = await Promise.all(ways.map(([, path, headers]) => ask(path, headers)))
  const waiting = await Promise.all(asked.map(({ server }) => mostWaiting(server)))
  for (const [index, [what]] of ways.entries()) {
    const most = waiting[index] ?? 0
    t.ok(most > 0 && most <= megabyte, `${what}: ${most} bytes`)
  }
  await until(() => api.live.readers === 0, 'nothing is left')
})

t.test('who reads nothing of a debugger costs no more than what may happen meanwhile', async t => {
  const { launched, runner, session, ask, api } = await startSlowRig(t)
  const debug = await launched()
  runner.debugger = () => ({ ok: true, value: debug })
  const { server } = await ask(`/sessions/${session}/debug`, handshake)
  await until(() => api.debugEvents.watching === 1, 'it is told')
  const big = stopped(debug)
  if (big.stop !== null) big.stop.text = 'x'.repeat(50_000)
  let most = 0
  for (let told = 0; !server.destroyed; told++) {
    if (told < 2_000) runner.happens({ event: 'stopped', debug: big })
    await new Promise(setImmediate)
    most = Math.max(most, server.writableLength)
  }
  t.ok(most > megabyte && most <= 9 * megabyte, `${most} bytes`)
  t.equal(api.debugEvents.watching, 0)
})

t.test('who pings without end and takes no answer costs little', async t => {
  const { ask, session } = await startSlowRig(t)
  for (const path of ['/events', `/sessions/${session}/debug`]) {
    const { client, server } = await ask(path, handshake)
    const ping = frameBytes({ opcode: opcodes.ping, payload: 'p'.repeat(125) })
    const pings = Buffer.concat(Array.from({ length: 1_000 }, () => ping))
    let most = 0
    for (let after = 0; after < 20; ) {
      if (!client.write(pings)) await once(client, 'drain')
      await new Promise(setImmediate)
      most = Math.max(most, server.writableLength)
      if (most > 0) after++
    }
    t.ok(most <= megabyte / 2, `${path}: ${most} bytes`)
    client.destroy()
  }
})

t.test('who asks without end and takes no answer is read no more until it does', async t => {
  const { ask, session } = await startSlowRig(t, { slowReader: 600_000 })
  const { client, server } = await ask(`/sessions/${session}/debug`, handshake)
  const nonsense = frameBytes({ opcode: opcodes.text, payload: 'x' })
  client.write(Buffer.concat(Array.from({ length: 500_000 }, () => nonsense)))
  await until(() => server.isPaused() || server.destroyed, 'it has much to catch up with')
  t.notOk(server.destroyed)
  // What had come by then is answered all the same.
  t.ok(server.writableLength <= 4 * megabyte, `${server.writableLength} bytes`)
  client.resume()
  await until(() => !server.isPaused(), 'it is read again')
  client.destroy()
})
