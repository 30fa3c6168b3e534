import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { probe } from '../../../tasks/services/probe.ts'

const directory = mkdtempSync(join(tmpdir(), 'ds-probe-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

async function listen(server: Server, path?: string): Promise<string> {
  const open = new Set<Socket>()
  server.on('connection', socket => open.add(socket))
  await once(path === undefined ? server.listen(0, '127.0.0.1') : server.listen(path), 'listening')
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (typeof address === 'string' || address === null) return String(address)
  return `http://127.0.0.1:${address.port}`
}

const health = (answer: unknown, status = 200) =>
  listen(createHttpServer((_, reply) => reply.writeHead(status).end(JSON.stringify(answer))))

let sockets = 0
const greeting = (text: string) =>
  listen(
    createServer(socket => socket.end(text)),
    join(directory, `${++sockets}.sock`),
  )

t.test('only the instance that was started is ready', async t => {
  const ask = (service: 'api' | 'runner', address: string) =>
    probe({ service, address, instance: 'ins_mine' }, 1_000)
  const other = { answer: 'other_instance', instance: 'ins_other' }

  t.same(await ask('api', await health({ service: 'api', instance: 'ins_mine' })), { answer: 'ready' })
  t.same(await ask('api', await health({ service: 'api', instance: 'ins_other' })), other)
  t.same(await ask('runner', await greeting('{"type":"hello","instance":"ins_mine"}\n')), { answer: 'ready' })
  t.same(await ask('runner', await greeting('{"type":"hello","instance":"ins_other"}\n')), other)
})

t.test('what is not the service, or does not answer in time, is silent', async t => {
  const ask = (service: 'api' | 'runner', address: string) =>
    probe({ service, address, instance: 'ins_mine' }, 100)
  const mute = createServer(() => {})
  for (const address of [
    await health({ service: 'proxy', instance: 'ins_mine' }),
    await health({ service: 'api', instance: 'ins_mine' }, 503),
    await health('hello'),
    await listen(mute),
    'http://127.0.0.1:1',
  ])
    t.match(await ask('api', address), { answer: 'silent', reason: /./ }, address)
  for (const address of [
    await greeting(''),
    await greeting('hello\n'),
    await greeting('x'.repeat(20_000)),
    await listen(
      createServer(() => {}),
      join(directory, 'mute.sock'),
    ),
    join(directory, 'none.sock'),
  ])
    t.match(await ask('runner', address), { answer: 'silent', reason: /./ }, address)
})
