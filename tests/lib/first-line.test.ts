import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { firstLine } from '../../lib/first-line.ts'

const directory = mkdtempSync(join(tmpdir(), 'ds-line-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))
let count = 0

async function serving(greet: (socket: Socket) => void): Promise<string> {
  const path = join(directory, `${count++}.sock`)
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    greet(socket)
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return path
}

t.test('the first line, however it arrives', async t => {
  const whole = await serving(socket => socket.write('hello\nmore\n'))
  t.equal(await firstLine(whole, 5_000), 'hello')
  const parts = await serving(socket => socket.write('hel', () => socket.write('lo\n')))
  t.equal(await firstLine(parts, 5_000), 'hello')
})

t.test('who says nothing, too much, or is not there', async t => {
  await t.rejects(firstLine(await serving(() => {}), 50), /no word within 50 ms/)
  await t.rejects(firstLine(await serving(socket => socket.end()), 5_000), /closed without a word/)
  await t.rejects(
    firstLine(await serving(socket => socket.write('x'.repeat(20_000))), 5_000),
    /closed without a word/,
  )
  await t.rejects(firstLine(join(directory, 'nobody.sock'), 5_000), /ENOENT/)
})
