import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { Connection } from '../../../../../services/runner/debug/delve/connection.ts'

/** The two ends of a connection. */
async function pair(t: Test): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = await once(server, 'connection')
  server.close()
  t.teardown(() => {
    near.destroy()
    far.destroy()
  })
  return [near, far]
}

t.test('what is joined is carried both ways, to its end', async t => {
  const [near, far] = await pair(t)
  const connection = new Connection()
  const all = text(connection)
  connection.join(near)
  // It has gone by its pipes already, and says its last here.
  connection.giveUp()
  connection.write('asked')
  t.equal(String(await once(far, 'data')), 'asked')
  const much = 'x'.repeat(1_000_000)
  far.end(much)
  t.equal(await all, much)
})

t.test('one that nobody joins ends', async t => {
  const connection = new Connection()
  connection.giveUp()
  t.equal(await text(connection), '')
  const [near] = await pair(t)
  connection.join(near)
  t.ok(near.destroyed, 'who comes too late is let go of')
})

t.test('what has gone before it is joined is at its end', async t => {
  const [near, far] = await pair(t)
  far.destroy()
  await once(near, 'close')
  const connection = new Connection()
  connection.join(near)
  t.equal(await text(connection), '')
})

t.test('destroyed, it takes what it is joined with along', async t => {
  const [near, far] = await pair(t)
  const connection = new Connection()
  connection.join(near)
  connection.destroy()
  await once(far.resume(), 'close')
  t.ok(near.destroyed)
})

t.test('what is said to nobody is an error', async t => {
  const connection = new Connection()
  connection.write('asked')
  t.match(await once(connection, 'error'), [{ message: 'nobody is connected' }])
})
