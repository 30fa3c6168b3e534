import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { Client } from 'undici'
import { watchConnections } from '../../lib/http-connections.ts'
import { until } from '../until.ts'

async function serve(t: Test) {
  const asked: (() => void)[] = []
  const server = createServer((request, response) => {
    const end = () => response.end('here')
    if (request.url === '/later') asked.push(end)
    else end()
  })
  const connections = watchConnections(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, connections, asked, url: `http://127.0.0.1:${address.port}` }
}

t.test('a server is left by answers that say so, and nothing that is open is cut', async t => {
  const { server, connections, asked, url } = await serve(t)
  const busy = new Client(url)
  const idle = new Client(url)
  t.teardown(() => Promise.all([busy.destroy(), idle.destroy()]))
  await idle.request({ path: '/', method: 'GET' }).then(({ body }) => body.dump())
  const later = busy.request({ path: '/later', method: 'GET' })
  await until('it is asked', () => asked.length === 1)

  connections.stopListening()
  const refused = await new Promise(resolve =>
    connect(Number(new URL(url).port), '127.0.0.1')
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      .once('connect', () => resolve('connected')),
  )
  t.equal(refused, 'ECONNREFUSED')
  const leaving = connections.leave()
  const again = await idle.request({ path: '/', method: 'GET' })
  t.match(again, { statusCode: 200, headers: { connection: 'close' } }, 'one that was idle is answered still')
  await again.body.dump()
  await leaving
  const closed = connections.drain(new Promise(resolve => server.close(resolve)), 60_000)
  asked[0]?.()
  const answer = await later
  t.match(answer, { statusCode: 200, headers: { connection: 'close' } }, 'what was in progress as well')
  await answer.body.dump()
  await closed
})

t.test('where nothing is open, leaving takes no time', async t => {
  const { server, connections } = await serve(t)
  connections.stopListening()
  await connections.leave()
  await connections.drain(new Promise(resolve => server.close(resolve)), 60_000)
  t.notOk(server.listening)
})
