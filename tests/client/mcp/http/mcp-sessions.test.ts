import { once } from 'node:events'
import { createServer } from 'node:http'
import t from 'tap'
import { McpSessions } from '../../../../client/mcp/http/mcp-sessions.ts'
import { createMcpServer } from '../../../../client/mcp/server.ts'
import { until } from '../../../until.ts'

t.setTimeout(60_000)

/** Sessions behind a server of their own, and a way to introduce oneself that leaves no stream open. */
async function rig(
  t: { teardown(ends: () => Promise<void>): void },
  options: { most: number; idleMs: number },
) {
  const connections = { client: () => Promise.reject(new Error('nobody asks')), tokenFrom: '' }
  const create = () => createMcpServer({ version: '0', tools: [], connections, report: () => {} })
  const sessions = new McpSessions({ create, ...options })
  const http = createServer((request, response) => void sessions.answer(request, response))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`)
  t.teardown(async () => {
    await sessions[Symbol.asyncDispose]()
    http.closeAllConnections()
    http.close()
  })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const ask = async (message: object, more: Record<string, string> = {}) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message })
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body })
    await answer.text()
    return answer
  }
  const introduce = () =>
    ask({
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
    })
  const lives = async (id: string | null) =>
    (await ask({ method: 'ping' }, { 'mcp-session-id': id ?? '' })).status === 200
  /** Resolves once the client's stream of messages is open; it stays so until the body is read or cancelled. */
  const listen = (id: string | null) =>
    fetch(url, { headers: { accept: 'text/event-stream', 'mcp-session-id': id ?? '' } })
  return { sessions, introduce, lives, listen }
}

const idOf = (answer: Response) => answer.headers.get('mcp-session-id')

t.test('a client that was idle for longest makes room for another', async t => {
  const { sessions, introduce, lives } = await rig(t, { most: 2, idleMs: 600_000 })
  const [first, second] = [idOf(await introduce()), idOf(await introduce())]
  t.ok(await lives(first), 'now the second is idle for longer')
  const third = idOf(await introduce())
  t.equal(sessions.size, 2)
  t.same([await lives(first), await lives(second), await lives(third)], [true, false, true])
})

t.test('clients that listen are not ended for others', async t => {
  const { sessions, introduce, listen } = await rig(t, { most: 2, idleMs: 600_000 })
  const ids = [idOf(await introduce()), idOf(await introduce())]
  const streams = await Promise.all(ids.map(listen))
  t.same(
    streams.map(({ status }) => status),
    [200, 200],
  )
  const refused = await introduce()
  t.equal(refused.status, 503)
  t.equal(refused.headers.get('retry-after'), '10')
  await streams[0]?.body?.cancel()
  await until('its place is free', async () => (await introduce()).status === 200)
  t.equal(sessions.size, 2)
})

t.test('a client that is silent for long is ended', async t => {
  const { sessions, introduce } = await rig(t, { most: 2, idleMs: 20 })
  t.equal((await introduce()).status, 200)
  await until('it has been ended', () => sessions.size === 0)
})
