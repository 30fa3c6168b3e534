import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { SlowReader } from '../../../services/proxy/slow-reader.ts'
import { until } from '../../until.ts'
import { listen } from './rig.ts'

t.test('who has taken something while the process was held up is not given up', async t => {
  const server = createServer()
  const client = connect(await listen(server), '127.0.0.1')
  const [socket]: Socket[] = await once(server, 'connection')
  t.teardown(() => {
    client.destroy()
    server.closeAllConnections()
    server.close()
  })
  let givenUp = 0
  const reader = new SlowReader(10, () => {
    givenUp++
  })
  const told = once(client, 'data')
  client.on('data', () => reader.takes())
  await turn()
  reader.waits()
  socket?.write('x')
  const end = performance.now() + 100
  while (performance.now() < end);
  await told
  await turn()
  t.equal(givenUp, 0)
  reader.waits()
  await until('nothing more is taken', () => givenUp === 1)
})
