import { once } from 'node:events'
import { createServer, request } from 'node:http'
import t from 'tap'
import { createMcpServer } from '../../../../client/mcp/server.ts'
import { McpSessions, type SessionIds } from '../../../../lib/mcp/mcp-sessions.ts'
import { until } from '../../../until.ts'

t.setTimeout(60_000)

/** Sessions behind a server of their own, and a way to introduce oneself that leaves no stream open. */
async function rig(
  t: { teardown(ends: () => Promise<void>): void },
  options: { most: number; idleMs: number; ids?: SessionIds },
) {
  const connections = { client: () => Promise.reject(new Error('nobody asks')), tokenFrom: '' }
  const count = { made: 0, closed: 0 }
  const create = () => {
    const made = createMcpServer({ version: '0', tools: [], connections, report: () => {} })
    const close = made.server.close.bind(made.server)
    count.made += 1
    made.server.close = () => {
      count.closed += 1
      return close()
    }
    return made
  }
  const sessions = new McpSessions({ create, longestMessage: 1_000_000, ...options })
  const late: (() => Promise<void>)[] = []
  const http = createServer((asked, response) => {
    const owner = `${asked.headers['x-owner'] ?? ''}`
    if (asked.headers['x-late'] === undefined)
      return void sessions.answer(asked, response, { owner }).catch(() => response.destroy())
    response.once('close', () => late.push(() => sessions.answer(asked, response, { owner: '' })))
    asked.socket.destroy()
  })
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
  const initialize = {
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  }
  const introduction = JSON.stringify({ jsonrpc: '2.0', id: 1, ...initialize })
  const introduce = () => ask(initialize)
  const lives = async (id: string | null) =>
    (await ask({ method: 'ping' }, { 'mcp-session-id': id ?? '' })).status === 200
  /** Resolves once the client's stream of messages is open; it stays so until the body is read or cancelled. */
  const listen = (id: string | null) =>
    fetch(url, { headers: { accept: 'text/event-stream', 'mcp-session-id': id ?? '' } })
  /** A request is looked at when its client has gone already. */
  const comeAndGo = async (id: string | null) => {
    await ask({ method: 'ping' }, { 'mcp-session-id': id ?? '', 'x-late': '1' }).catch(() => {})
    const [answer] = await until('it has gone', () => (late.length > 0 ? late : undefined))
    await answer?.()
  }
  return { sessions, url, headers, count, ask, introduction, introduce, lives, listen, comeAndGo }
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

t.test('nothing stays of a client whose introduction fails', async t => {
  const make = () => {
    throw new Error('there is no id')
  }
  const ids = { make, read: () => undefined }
  const { sessions, introduce, count } = await rig(t, { most: 1, idleMs: 600_000, ids })
  await t.rejects(introduce())
  await until('it has ended', () => count.closed > 0)
  t.same([sessions.size, count], [0, { made: 1, closed: 1 }])
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

t.test('a client that had gone before it was looked at counts as gone', async t => {
  const { sessions, introduce, comeAndGo } = await rig(t, { most: 1, idleMs: 600_000 })
  await comeAndGo(idOf(await introduce()))
  t.equal((await introduce()).status, 200, 'its place is free')
  t.equal(sessions.size, 1)
})

t.test('who has begun to introduce himself has his place', async t => {
  const { url, headers, count, introduce, introduction } = await rig(t, { most: 1, idleMs: 600_000 })
  const slow = request(url, { method: 'POST', headers })
  const answered = once(slow, 'response')
  slow.write(introduction.slice(0, 20))
  await until('it is awaited', () => count.made === 1)
  t.equal((await introduce()).status, 503)
  slow.end(introduction.slice(20))
  const [answer] = await answered
  t.equal(answer.statusCode, 200)
  answer.resume()
})

t.test('who takes all places and introduces himself slowly makes room for another', async t => {
  const { sessions, url, headers, count, ask, introduce, introduction } = await rig(t, {
    ...{ most: 2, idleMs: 600_000 },
  })
  const begin = () => {
    const slow = request(url, { method: 'POST', headers })
    slow.write(introduction.slice(0, 20))
    return { slow, answered: once(slow, 'response') }
  }
  const both = [begin(), begin()]
  await until('both are awaited', () => count.made === 2)
  t.equal((await introduce()).status, 503, 'not for one of his own')
  const { method, params } = JSON.parse(introduction)
  t.equal((await ask({ method, params }, { 'x-owner': 'another' })).status, 200)
  const statuses: number[] = []
  for (const { slow, answered } of both) {
    slow.end(introduction.slice(20))
    const [answer] = await answered
    statuses.push(answer.statusCode)
    answer.resume()
  }
  t.same(statuses.sort(), [200, 503])
  t.equal(sessions.size, 2)
})

t.test('who does not introduce himself leaves nothing behind', async t => {
  const { sessions, count, ask, introduce } = await rig(t, { most: 2, idleMs: 20 })
  for (let i = 0; i < 5; i += 1) t.equal((await ask({ method: 'tools/list' })).status, 400)
  t.same([sessions.size, count], [0, { made: 5, closed: 5 }])
  await introduce()
  await until('it has been ended, for it was idle', () => sessions.size === 0)
  t.same(count, { made: 6, closed: 6 }, 'each once')
})

t.test('with ids that tell who it is a client comes again whose place was needed', async t => {
  let made = 0
  const ids: SessionIds = {
    make: (_, { protocolVersion }) => `${made++} ${protocolVersion}`,
    read: id => (/^\d /.test(id) ? { protocolVersion: id.slice(2), capabilities: {} } : undefined),
  }
  const { sessions, ask, introduce, lives, listen } = await rig(t, { most: 2, idleMs: 600_000, ids })
  const [first, second, third] = [idOf(await introduce()), idOf(await introduce()), idOf(await introduce())]
  t.equal(first, '0 2025-06-18')
  t.same([await lives(first), await lives(second), await lives(third)], [true, true, true])
  t.equal(sessions.size, 2)
  t.equal(await lives('x'), false)
  const streams = await Promise.all([second, third].map(listen))
  t.equal((await ask({ method: 'ping' }, { 'mcp-session-id': first ?? '' })).status, 503, 'nobody makes room')
  for (const { body } of streams) await body?.cancel()
})
