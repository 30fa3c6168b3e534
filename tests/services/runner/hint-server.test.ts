import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commandId, instanceId } from '../../../services/contract/ids.ts'
import { HintServer } from '../../../services/runner/hint-server.ts'
import { until } from './rig.ts'

const instance = instanceId.create()
const hello = { type: 'hello', instance } as const

async function served(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'hints-'))
  const path = join(folder, 'socket')
  const woken = { times: 0 }
  const listen = () => HintServer.listen(path, hello, () => woken.times++)
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
  return { path, woken, server, listen, peer }
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
  for (const garbage of ['nonsense\n', '{"type":"sleep"}\n', '\n', '[]\n', 'x'.repeat(5_000), '\xff\0\n']) {
    const { socket } = await peer()
    socket.write(garbage)
    await closed(socket)
  }
  t.equal(woken.times, 0)
  const { socket } = await peer()
  socket.write('{"type":"wake"}\n')
  await until('woken', () => woken.times === 1)
})

t.test('cuts off who does not read, at a bounded cost, and serves the others', async t => {
  const { server, peer } = await served(t)
  const slow = await peer()
  const quick = await peer()
  slow.socket.pause()
  const cut = once(slow.socket, 'close')
  const hint = { type: 'changed', command: commandId.create() } as const
  let sent = 0
  for (; sent < 20_000; sent++) {
    server.broadcast(hint)
    if (sent % 200 === 0) await until('the quick one', () => quick.lines.length > sent)
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
