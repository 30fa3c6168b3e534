import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { request } from 'undici'
import { readBearer } from '../../../../client/mcp/http/bearer.ts'
import { serveHttp } from '../../../../client/mcp/http/serve-http.ts'
import { at, temporary } from '../../cli/rig.ts'
import { command, page, repository, session } from '../../samples.ts'
import { standIn } from '../../stand-in-server.ts'
import { connected, startHttp } from './rig.ts'

t.setTimeout(120_000)

let turn = 0
const closed = Promise.withResolvers<void>()
const asked = Promise.withResolvers<void>()
const server = await standIn({
  'sessions.get': () => session(),
  'repositories.list': () => page(repository()),
  'commands.run': () => command({ status: 'queued' }),
  'commands.get': () => command({ status: turn++ === 0 ? 'running' : 'succeeded' }),
  'debug.continue': (_, { response }) => {
    response.once('close', () => closed.resolve())
    asked.resolve()
    return undefined
  },
})
const directory = await temporary(t)
const place = { environment: at(server.url), directory, platform: 'linux' as const, root: directory }

const mcp = await startHttp(place)
t.teardown(async () => {
  await mcp.end()
  await server[Symbol.asyncDispose]()
})

t.test('several clients are served at once, each with its own session', async t => {
  const [one, other] = await Promise.all([connected(mcp), connected(mcp)])
  t.not(one.transport.sessionId, other.transport.sessionId)
  for (const { client } of [one, other]) {
    const call = { name: 'session_info', arguments: { session: '@last' } }
    t.same((await client.callTool(call)).structuredContent, session())
  }
  const told: unknown[] = []
  const run = { name: 'command_run', arguments: { session: '@last', command: 'make', wait: 10 } }
  const { structuredContent } = await one.client.callTool(run, undefined, {
    onprogress: one => told.push(one),
  })
  t.match(structuredContent, { status: 'succeeded' })
  t.match(told, [{ message: /is queued/ }, { message: /is running/ }])
  t.equal((await other.client.listPrompts()).prompts.length, 3)

  const caller = new AbortController()
  const endless = { name: 'debug_continue', arguments: { session: '@last' } }
  const running = one.client.callTool(endless, undefined, { signal: caller.signal })
  await asked.promise
  caller.abort()
  await t.rejects(running)
  await closed.promise

  const { sessionId = '' } = one.transport
  await one.transport.terminateSession()
  await one.client.close()
  const gone = await request(mcp.url, { headers: { ...good(), 'mcp-session-id': sessionId } })
  t.equal(gone.statusCode, 404, 'a session that its client has ended')
  t.same((await other.client.callTool({ name: 'repository_list' })).structuredContent, {
    result: [repository()],
  })
  await other.client.close()
  t.same(mcp.reports, [])
})

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
}
const good = () => ({
  authorization: `bearer   ${mcp.bearer}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
})

t.test('who may not ask is refused before anything is done', async t => {
  const { host } = new URL(mcp.url)
  const port = host.split(':')[1]
  const asks = async (
    change: Record<string, string | undefined>,
    path = '/mcp',
    message: unknown = initialize,
  ) => {
    const headers = Object.fromEntries(
      Object.entries({ ...good(), ...change }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    )
    const answer = await request(`http://${host}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(message),
    })
    const text = await answer.body.text()
    t.notMatch(text, mcp.bearer)
    return answer
  }
  for (const [change, status] of [
    [{}, 200],
    [{ host: `localhost:${port}`, origin: `http://localhost:${port}` }, 200],
    [{ authorization: undefined }, 401],
    [{ authorization: 'Bearer ' }, 401],
    [{ authorization: `Bearer ${mcp.bearer}x` }, 401],
    [{ authorization: `Basic ${mcp.bearer}` }, 401],
    [{ authorization: 'Bearer secret' }, 401],
    [{ host: 'rebound.example.org' }, 403],
    [{ host: `rebound.example.org:${port}` }, 403],
    [{ host: '127.0.0.1' }, 403],
    [{ origin: 'https://example.org' }, 403],
    [{ origin: `http://app--ses.localhost:${port}` }, 403],
    [{ origin: 'null' }, 403],
    [{ 'mcp-session-id': 'nobody' }, 404],
    [{ accept: 'application/json' }, 406],
    [{ 'content-type': 'text/plain' }, 415],
  ] as const)
    t.equal((await asks(change)).statusCode, status, JSON.stringify(change).replace(mcp.bearer, '…'))
  t.equal((await asks({}, '/')).statusCode, 404)
  t.equal((await asks({}, '/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' })).statusCode, 400)
  t.equal((await asks({ authorization: undefined })).headers['www-authenticate'], 'Bearer')
  t.equal((await request(mcp.url, { headers: good() })).statusCode, 400, 'a stream of nobody')
  t.same(mcp.reports, [])
})

t.test('a bearer may be kept in a file that nobody else reads', async t => {
  const file = join(directory, 'bearer')
  const refused = async (content: string, mode = 0o600) => {
    await writeFile(file, content)
    await chmod(file, mode)
    return t.rejects(readBearer(file), { name: 'UserError' })
  }
  await refused('a'.repeat(32), 0o644)
  await refused('a'.repeat(31))
  await refused(`${'a'.repeat(32)} b`)
  await refused('a'.repeat(2_000))
  await t.rejects(readBearer(join(directory, 'none')), { message: /no such file/ })
  await t.rejects(readBearer(directory), { name: 'UserError' })
  await writeFile(file, `${'k'.repeat(40)}\n`)
  t.equal(await readBearer(file), 'k'.repeat(40))

  const kept = await startHttp(place, { bearerFile: file })
  t.equal(kept.bearer, '', 'it is not told')
  const answer = await request(kept.url, {
    method: 'POST',
    headers: { ...good(), authorization: `Bearer ${'k'.repeat(40)}` },
    body: JSON.stringify(initialize),
  })
  t.equal(answer.statusCode, 200)
  await answer.body.dump()
  await t.rejects(startHttp(place, { port: Number(new URL(kept.url).port) }), {
    message: /port \d+ of 127\.0\.0\.1 is in use/,
  })
  await kept.end()
  await t.rejects(request(kept.url), { code: 'ECONNREFUSED' })

  const token = 't'.repeat(40)
  await writeFile(file, token)
  const same = serveHttp({
    ...{ place: { ...place, environment: { ...place.environment, DEBUG_SERVER_TOKEN: token } }, flags: {} },
    ...{ port: 0, bearerFile: file, log: () => {}, report: () => {}, signal: AbortSignal.abort() },
  })
  await t.rejects(same, { message: /this is the token of the Debug Server/ })
})
