import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { socketLines } from '../../lib/socket-lines.ts'

/** Both ends of a connection. */
async function pair(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const accepted = once(server, 'connection')
  const far = connect(address.port, '127.0.0.1')
  const [near] = await accepted
  t.teardown(() => {
    far.destroy()
    near.destroy()
    server.close()
  })
  return { near, far }
}

t.test('lines come whole, however their bytes arrive', async t => {
  const { near, far } = await pair(t)
  const lines: string[] = []
  const over = once(near, 'close')
  socketLines(near, 1_000_000, line => lines.push(line))
  const text = `one\n\ntwo €\n${'x'.repeat(500_000)}\n`
  const bytes = Buffer.from(text)
  const cut = bytes.indexOf('€') + 1
  far.write(bytes.subarray(0, cut))
  await once(near, 'data')
  far.end(Buffer.concat([bytes.subarray(cut), Buffer.from('no end')]))
  near.resume()
  await over
  t.same(lines, ['one', '', 'two €', 'x'.repeat(500_000)])
})

t.test('a line that is too long costs the connection, and nothing after it is heard', async t => {
  for (const text of [`ok\n${'x'.repeat(11)}\nlater\n`, `ok\n${'x'.repeat(200_000)}`]) {
    const { near, far } = await pair(t)
    far.on('error', () => {})
    const lines: string[] = []
    socketLines(near, 10, line => lines.push(line))
    const over = once(near, 'close')
    far.write(text)
    await over
    t.same(lines, ['ok'])
  }
})

t.test('who hangs up on a line hears no other', async t => {
  const { near, far } = await pair(t)
  const lines: string[] = []
  socketLines(near, 10, line => {
    lines.push(line)
    near.destroy()
  })
  const over = once(near, 'close')
  far.write('a\nb\nc\n')
  await over
  t.same(lines, ['a'])
})
