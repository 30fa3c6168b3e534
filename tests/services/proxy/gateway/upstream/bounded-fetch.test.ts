import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { Agent } from 'undici'
import { boundedFetch } from '../../../../../services/proxy/gateway/upstream/bounded-fetch.ts'
import { reasonOf } from '../../../../../services/proxy/gateway/upstream/connect.ts'
import { ownOriginRequest } from '../../../../../services/proxy/gateway/upstream/own-origin-request.ts'
import { listen } from '../../rig.ts'

const posted = { method: 'POST', body: '{"jsonrpc":"2.0","method":"notifications/x"}' }

async function start(t: Test, answer: RequestListener) {
  const server = createServer(answer)
  const url = `http://127.0.0.1:${await listen(server)}/mcp`
  const agent = new Agent()
  t.teardown(async () => {
    await agent.destroy()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const request = ownOriginRequest(agent)
  return { server, url, fetch: boundedFetch({ request, answerBytes: 1_000, deadline: 60_000 }) }
}

t.test('what is taken in is answered, though the answer has no end', { timeout: 20_000 }, async t => {
  const { url, fetch } = await start(t, (_, response) => void response.writeHead(202).write('so far'))
  const { status, body } = await fetch(url, posted)
  t.same([status, body], [202, null])
})

t.test('events that nobody wants close their connection, read or not', { timeout: 20_000 }, async t => {
  const { server, url, fetch } = await start(t, (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    if (request.url === '/begun') response.write(': so far\n\n')
  })
  for (const path of ['/', '/begun']) {
    const connected = once(server, 'connection')
    const { body } = await fetch(new URL(path, url), posted)
    const [connection] = await connected
    const closed = once(connection, 'close')
    const reader = body?.getReader()
    if (path === '/begun') t.match(await reader?.read(), { done: false })
    await reader?.cancel()
    await closed
  }
})

t.test('a name of which no address answers is told with all of them', async t => {
  const addresses = ['127.0.0.1', '127.0.0.2'].map(address => ({ address, family: 4 }))
  const agent = new Agent({ connect: { lookup: (_, __, found) => found(null, addresses) } })
  t.teardown(() => agent.destroy())
  const error = await ownOriginRequest(agent)('http://elsewhere.test:1/').catch((error: unknown) => error)
  t.match(reasonOf(error), /ECONNREFUSED 127\.0\.0\.1:1, .*ECONNREFUSED 127\.0\.0\.2:1/)
})
