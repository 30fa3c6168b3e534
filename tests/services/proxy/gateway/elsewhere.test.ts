import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import t, { type Test } from 'tap'
import { McpSessions } from '../../../../lib/mcp/mcp-sessions.ts'
import { until } from '../../../until.ts'
import { listen } from '../rig.ts'
import { call, startRig, toolNames } from './rig.ts'

t.setTimeout(240_000)

const inputSchema = { type: 'object' as const }

/** An MCP server of the official SDK, which tells what it was sent. */
function create(headers: Record<string, unknown>[] = []) {
  const server = new Server({ name: 'elsewhere', version: '1' }, { capabilities: { tools: {} } })
  const tools = ['echo', 'huge', 'cut'].map(name => ({ name, inputSchema }))
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { requestInfo }) => {
    headers.push({ ...requestInfo?.headers })
    const { name, arguments: input = {} } = params
    const told = name === 'huge' ? 'x'.repeat(Number(input.bytes)) : JSON.stringify(input)
    return { content: [{ type: 'text', text: told }] }
  })
  return server
}

async function startServer(t: Test, answer: RequestListener, port = 0) {
  const http = createServer(answer)
  const taken = await listen(http, port)
  const end = () => {
    http.closeAllConnections()
    return new Promise<void>(resolve => http.close(() => resolve()))
  }
  t.teardown(end)
  return { url: `http://127.0.0.1:${taken}`, port: taken, end }
}

function overHttp(headers: Record<string, unknown>[] = []) {
  const sessions = new McpSessions({
    create: () => ({ server: create(headers) }),
    ...{ most: 100, idleMs: 600_000, longestMessage: 1_000_000 },
  })
  return (request: IncomingMessage, response: ServerResponse) =>
    void sessions.answer(request, response, { owner: '' })
}

const table = (url: string, more = '') => `[servers.far]\nurl = "${url}/mcp"\n${more}\n`

t.test(
  'a server over Streamable HTTP is reached with its headers, and told anew who it is after a restart',
  async t => {
    const headers: Record<string, unknown>[] = []
    const first = await startServer(t, overHttp(headers))
    const environment = { ...process.env, FAR_TOKEN: 'a-secret-of-mine' }
    const rig = await startRig(t, table(first.url, 'headers = { Authorization = "Bearer $FAR_TOKEN" }'), {
      environment,
    })
    const client = await rig.connect()
    t.same(await toolNames(client), ['far_echo', 'far_huge', 'far_cut'])
    t.match(await call(client, 'far_echo', { text: 'x' }), { failed: false, text: '{"text":"x"}' })
    t.match(headers.at(-1), { authorization: 'Bearer a-secret-of-mine' })
    t.notMatch(rig.logged.join(''), 'a-secret-of-mine')
    await first.end()
    t.match(await call(client, 'far_echo', {}), {
      failed: true,
      text: /the server far is not to be had|cannot be reached/,
    })
    await startServer(t, overHttp(), first.port)
    await until('it is there again', async () => (await rig.server('far')).state === 'ready')
    t.match(await call(client, 'far_echo', { text: 'again' }), { failed: false, text: '{"text":"again"}' })
  },
)

t.test('a server that has forgotten the connection is told anew who calls, and nobody notices', async t => {
  let answer = overHttp()
  const { url } = await startServer(t, (request, response) => answer(request, response))
  const rig = await startRig(t, table(url))
  const client = await rig.connect()
  await toolNames(client)
  answer = overHttp()
  t.match(await call(client, 'far_echo', { text: 'x' }), { failed: false, text: '{"text":"x"}' })
})

t.test('an answer over HTTP is bounded before it is parsed, as JSON and as events', async t => {
  const { url } = await startServer(t, overHttp())
  const rig = await startRig(t, table(url, 'answer_bytes = 100000'))
  const client = await rig.connect()
  t.match(await call(client, 'far_huge', { bytes: 90_000 }), { failed: false })
  t.match(await call(client, 'far_huge', { bytes: 5_000_000 }), {
    failed: true,
    text: /longer than 100000 bytes/,
  })
  const plain = await startServer(t, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString() || '{}')
    if (id === undefined) return void response.writeHead(request.method === 'POST' ? 202 : 405).end()
    const tools = [{ name: 'huge', inputSchema }]
    const results: Record<string, object> = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'plain', version: '1' },
      },
      'tools/list': { tools },
      'tools/call': { content: [{ type: 'text', text: 'x'.repeat(Number(params?.arguments?.bytes)) }] },
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }))
  })
  const other = await startRig(t, table(plain.url, 'answer_bytes = 100000'))
  const another = await other.connect()
  t.match(await call(another, 'far_huge', { bytes: 5 }), { failed: false, text: 'xxxxx' })
  t.match(await call(another, 'far_huge', { bytes: 5_000_000 }), {
    failed: true,
    text: /longer than 100000 bytes/,
  })
})

t.test('an answer that breaks off is told at once, not after the deadline', async t => {
  const answer = overHttp()
  const { url } = await startServer(t, async (request, response) => {
    if (request.headers['x-cut'] === undefined) answer(request, response)
  })
  const cutting = await startServer(t, (request, response) => {
    // Passes everything on, but for the answer to one tool.
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', async () => {
      const body = Buffer.concat(chunks)
      if (body.includes('"reset"')) return void request.socket.destroy()
      if (body.includes('"cut"')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(': so far\n\n')
        setTimeout(() => response.destroy(), 50)
        return
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(
          ([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name),
        ),
      ) as Record<string, string>
      const method = request.method ?? 'GET'
      const told = await fetch(`${url}${request.url}`, {
        method,
        headers,
        ...(method === 'POST' ? { body } : {}),
      })
      response.writeHead(told.status, Object.fromEntries(told.headers))
      for await (const chunk of told.body ?? []) response.write(chunk)
      response.end()
    })
  })
  const rig = await startRig(t, table(cutting.url))
  const client = await rig.connect()
  await toolNames(client)
  const began = performance.now()
  const told = await call(client, 'far_cut')
  t.match(told, { failed: true, text: /broke off|went away during the call/ })
  t.ok(performance.now() - began < 60_000, 'far from its deadline of two minutes')
  t.match(await call(client, 'far_echo', { text: 'x' }), { failed: false })
  t.match(await call(client, 'far_echo', { reset: true }), {
    failed: true,
    text: /went away during the call \(.+\)/,
  })
})

t.test('a server over SSE, as it was before Streamable HTTP', async t => {
  const transports = new Map<string, SSEServerTransport>()
  const { url } = await startServer(t, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    if (request.method === 'GET' && pathname === '/mcp') {
      const transport = new SSEServerTransport('/messages', response)
      transports.set(transport.sessionId, transport)
      await create().connect(transport as Transport)
    } else await transports.get(searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response)
  })
  const rig = await startRig(t, table(url, 'transport = "sse"\nanswer_bytes = 100000'))
  const client = await rig.connect()
  t.match(await call(client, 'far_echo', { text: 'x' }), { failed: false, text: '{"text":"x"}' })
  t.match(await call(client, 'far_huge', { bytes: 5_000_000 }), {
    failed: true,
    text: /longer than 100000 bytes/,
  })
  t.match(await call(client, 'far_echo', { text: 'y' }), { failed: false, text: '{"text":"y"}' })
})
