import { once } from 'node:events'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t, { type Test } from 'tap'
import { all, dialLog, ndjson, webSocket } from './log-readers.ts'
import { startRig } from './rig.ts'
import { until } from './until.ts'

/** More than all the system's buffers between two sockets hold. */
const length = 40_000_000

/** A session with a log that no reader takes at one go. */
async function startSlowRig(t: Test, linger: number) {
  const rig = await startRig(t, { limits: { slowReader: 1_000, linger } })
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.play(command, { stdout: Buffer.alloc(length, 'a line of a log\n') })
  return { ...rig, rig, id }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

/** Bytes outside the heap, where buffers are. */
const held = () => {
  collectGarbage()
  const { external, arrayBuffers } = process.memoryUsage()
  return external + arrayBuffers
}

t.test('WebSocket: who takes nothing is cut with the reason, and costs and slows nobody', async t => {
  const { rig, id, api } = await startSlowRig(t, 20_000)
  const before = held()
  const socket = dialLog(rig, id, {})
  await once(socket, 'open')
  socket.pause()
  await until(() => api.live.readers === 1, 'it reads')
  t.same(
    (await all(webSocket(rig, id, {}))).at(-1),
    { type: 'end', reason: 'complete' },
    'another reader is served meanwhile',
  )
  await until(() => api.live.readers === 0, 'the slow one is cut')
  await until(() => held() - before < length / 8, 'next to nothing is held for it')
  let last = ''
  let taken = 0
  socket.on('message', data => {
    last = `${data}`
    taken += last.length
  })
  socket.resume()
  const [code, reason] = await once(socket, 'close')
  t.same([code, `${reason}`], [4408, 'slow_reader'])
  t.same(JSON.parse(last), { type: 'end', reason: 'slow_reader' })
  t.ok(taken < length, 'it has not had everything')
})

t.test('NDJSON: who takes nothing is cut with the reason', async t => {
  const { rig, id, api } = await startSlowRig(t, 20_000)
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  socket.pause()
  socket.write(
    `GET /sessions/${id}/logs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${rig.alice.secret}\r\n\r\n`,
  )
  await until(() => api.live.readers === 1, 'it reads')
  const quick = await all(ndjson(rig, id, {}))
  t.same(quick.at(-1), { type: 'end', reason: 'complete' }, 'another reader is served meanwhile')
  await until(() => api.live.readers === 0, 'the slow one is cut')
  let tail = ''
  socket.on('data', chunk => {
    tail = `${tail}${chunk}`.slice(-1000)
  })
  socket.resume()
  await until(() => tail.endsWith('\r\n0\r\n\r\n'), 'the answer has an end')
  t.match(tail, '{"type":"end","reason":"slow_reader"}')
  socket.destroy()
})

t.test('who takes nothing even then is disconnected', async t => {
  const { rig, id, api } = await startSlowRig(t, 200)
  const socket = dialLog(rig, id, {})
  await once(socket, 'open')
  socket.pause()
  await until(() => api.live.readers === 1, 'it reads')
  await until(() => api.live.readers === 0, 'it is cut')
  const started = performance.now()
  await api[Symbol.asyncDispose]()
  t.ok(performance.now() - started < 4_000, 'the server need not wait for it')
  socket.terminate()
})
